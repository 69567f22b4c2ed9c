"""Spellings that Google documents as one are one; all others stay different."""

import pytest
from crossroads_dialect.compare import same
from crossroads_dialect.forms import plain


def equal(one, other):
    return same(plain("google-gemini", one), plain("google-gemini", other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"generation_config": {"max_output_tokens": 5}}, {"generationConfig": {"maxOutputTokens": 5}}),
        ({"contents": {"parts": {"text": "Hi"}}}, {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}),
        ({"contents": [{"parts": [{"inline_data": {"data": "a-_="}}]}]},
         {"contents": [{"parts": [{"inlineData": {"data": "a+/"}}]}]}),
        ({"systemInstruction": {"role": "user", "parts": [{"text": "x"}]}},
         {"system_instruction": {"parts": [{"text": "x"}]}}),
        ({"tools": [{"googleSearch": {}}, {"functionDeclarations": [{"name": "f"}]}]},
         {"tools": [{"functionDeclarations": [{"name": "f"}], "googleSearch": {}}]}),
        ({"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "STRING", "nullable": True}}]}]},
         {"tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {"type": ["string", "null"]}}]}]}),
        ({"generationConfig": {}}, {}),
        ({"generationConfig": {"stopSequences": [], "seed": None}}, {}),
        ({"generationConfig": {"thinkingConfig": {"includeThoughts": False}}}, {}),
    ],
)  # fmt: skip
def test_two_spellings_are_one(one, other):
    assert equal(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"contents": [{"parts": [{"functionCall": {"args": {"a_b": 1}}}]}]},
         {"contents": [{"parts": [{"functionCall": {"args": {"aB": 1}}}]}]}),
        ({"contents": [{"role": "model"}]}, {"contents": [{"role": "user"}]}),
        ({"tools": [{"googleSearch": {}}]}, {"tools": []}),
        ({"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"properties": {"a_b": {}}}}]}]},
         {"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"properties": {"aB": {}}}}]}]}),
        ({"generationConfig": {"temperature": 0}}, {"generationConfig": {}}),
    ],
)  # fmt: skip
def test_what_differs_stays_different(one, other):
    assert not equal(one, other)


def test_other_vendors_have_one_spelling():
    assert plain("openai-chat", {"a_b": []}) == {"a_b": []}
