"""Canonical types, one module an operation: what a dialect decodes to and encodes from.

Requests are pydantic models (strangers' input enters here): every field that OpenRouter's API names is typed, every
other one passes untouched. Responses and stream chunks are JSON documents, described as TypedDicts. Names are resolved
on first use: pydantic costs more than the rest of the core together.
"""
