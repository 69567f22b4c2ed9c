"""Predibase: where a deployment and its adapter stand, on both paths, and the package at work."""

import json

import pytest
from crossroads_predibase.chat import PredibaseChat

from crossroads.testing import dialect_conformance, laws
from crossroads.testing.answers import Answer
from crossroads.testing.served import served
from crossroads.testing.upstream import ScriptedProvider

TestPredibase = dialect_conformance(PredibaseChat)

ASKS = PredibaseChat()
BODY = json.dumps({"model": "a/m", "messages": [{"role": "user", "content": "Hi"}], "temperature": 0.5}).encode()
URL = "https://serving.app.predibase.com/t1/deployments/v2/llms"


@pytest.mark.parametrize(
    ("upstream", "path", "model"),
    [("qwen3-8b", "qwen3-8b", ""), ("qwen3-8b:repo/1", "qwen3-8b", "repo/1"), ("a/b", "a%2Fb", "")],
)
def test_the_deployment_stands_in_the_path_and_the_adapter_is_the_model(upstream, path, model):
    draft = ASKS.splice_request(ASKS.open(BODY), url=URL, upstream=upstream)
    assert (draft.url, draft.document["model"]) == (f"{URL}/{path}/v1/chat/completions", model)


def test_both_paths_send_the_same():
    laws.both_paths_send_the_same(ASKS, BODY)


async def test_the_package_asks_its_deployment_with_its_key():
    async with ScriptedProvider() as upstream:
        upstream.script(Answer())
        row = {"model": "a/m", "upstream": "qwen3-8b:repo/1", "operations": ["chat"]}
        got = await served("predibase", upstream, "openai-chat", BODY, endpoints=[row])
        sent = upstream.requests[0]
    assert got.status == 200
    assert sent.path.endswith("/qwen3-8b/v1/chat/completions")
    assert (sent.json["model"], sent.header("authorization")) == ("repo/1", "Bearer none")
