"""Encoded requests are valid by AWS's own service model, as botocore ships it and checks calls with it."""

import json

import pytest
from crossroads_bedrock_converse import BedrockConverse

from crossroads import jsonbody
from crossroads.testing.recordings import vectors
from crossroads.types.base import validate
from crossroads.types.chat import ChatRequest

botocore_validate = pytest.importorskip("botocore.validate")
session = pytest.importorskip("botocore.session")

DIALECT = BedrockConverse()
SHAPE = session.Session().get_service_model("bedrock-runtime").operation_model("Converse").input_shape
MODEL = "us.anthropic.claude-sonnet-4-20250514-v1:0"
PIXEL = "data:image/png;base64,iVBORw0KGgo="
TOOL = {"type": "function", "function": {"name": "look", "description": "Looks", "parameters": {"type": "object"}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at":1}'}}
ASKED = {"role": "user", "content": "Hi"}
REQUESTS = {
    "text": {"temperature": 0.5, "top_p": 0.9, "max_tokens": 9, "stop": ["x"]},
    "system": {"messages": [{"role": "system", "content": "Be brief."}, ASKED]},
    "image": {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": PIXEL}}]}]},
    "tools": {"tools": [TOOL], "tool_choice": "required"},
    "one tool": {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "look"}}},
    "tool result": {
        "tools": [TOOL],
        "messages": [
            ASKED,
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c1", "content": "seen"},
        ],
    },
    "schema": {
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}},
    },
    "reasoning": {"reasoning": {"max_tokens": 1024}, "max_tokens": 4096},
}


def faults(document):
    """What botocore says of a call with these parameters; "" where it would send it."""
    report = botocore_validate.ParamValidator().validate({"modelId": MODEL, **document}, SHAPE)
    unknown = set(document) - set(SHAPE.members)
    return report.generate_report() + (f"unknown: {unknown}" if unknown else "")


def encoded(request, stream=False):
    draft = DIALECT.encode_request(request, url="https://bedrock.example/x", upstream=MODEL, stream=stream)
    return json.loads(jsonbody.encode(draft.document))


@pytest.mark.parametrize("body", REQUESTS.values(), ids=REQUESTS)
def test_what_is_encoded_from_the_canonical_form_is_valid(body):
    assert faults(encoded(validate(ChatRequest, json.dumps({"messages": [ASKED], **body}).encode()))) == ""


@pytest.mark.parametrize("vector", [v for v in vectors("bedrock-converse") if v.request], ids=lambda v: v.name)
def test_a_recorded_request_is_valid_after_the_way_through(vector):
    assert faults(encoded(DIALECT.decode_request(DIALECT.open(vector.request)))) == ""


def test_the_service_model_would_find_a_fault():
    assert "content" in faults({"messages": [{"role": "user"}]})
    assert "unknown" in faults({"messages": [], "max_tokens": 9})
