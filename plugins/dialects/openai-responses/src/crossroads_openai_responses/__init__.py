"""OpenAI Responses as a dialect of Crossroads, and the count of what goes in; see `dialect` and `tokencount`."""

from crossroads_openai_responses.dialect import OpenAIResponses
from crossroads_openai_responses.tokencount import OpenAICountTokens

__all__ = ["OpenAICountTokens", "OpenAIResponses"]
