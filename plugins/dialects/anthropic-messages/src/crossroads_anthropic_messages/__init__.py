"""Anthropic's Messages API, both sides; OpenRouter's extras (`models`, `fallbacks`, `provider` ...) on the client side.

What the format carries, emulates and drops stands in carries.toml.
"""

from crossroads_anthropic_messages.dialect import AnthropicMessages
from crossroads_anthropic_messages.tokencount import AnthropicCountTokens

__all__ = ["AnthropicCountTokens", "AnthropicMessages"]
