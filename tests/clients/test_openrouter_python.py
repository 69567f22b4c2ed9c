"""The official `openrouter` package, unmodified."""

import pytest
from openrouter import OpenRouter
from openrouter import errors as sdk_errors

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]


@pytest.fixture
def sdk(gateway: str):
    with OpenRouter(server_url=f"{gateway}/api/v1", api_key="any", retry_config=None) as client:
        yield client


def test_chat(sdk, model):
    reply = sdk.chat.send(model=model, messages=QUESTION, max_tokens=20)
    assert reply.choices[0].message.content
    assert reply.usage.total_tokens > 0


def test_stream(sdk, model):
    with sdk.chat.send(model=model, messages=QUESTION, max_tokens=10, stream=True) as stream:
        chunks = list(stream)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert chunks[-1].usage.completion_tokens > 0


def test_embeddings(sdk, model):
    reply = sdk.embeddings.generate(model=model, input="hello")
    assert reply.data[0].embedding


def test_listings(sdk, model):
    found = sdk.models.list()
    listed = found.result if hasattr(found, "result") else found
    assert model in [m.id for m in listed.data]
    assert sdk.models.count().data.count >= 1
    author, slug = model.split("/")
    endpoints = sdk.endpoints.list(author=author, slug=slug)
    assert endpoints.data.endpoints[0].provider_name
    assert sdk.providers.list().data


def test_key(sdk, gateway, model):
    assert sdk.api_keys.get_current_key_metadata().data.usage >= 0


def test_generation(sdk, model):
    reply = sdk.chat.send(model=model, messages=QUESTION, max_tokens=5)
    record = sdk.generations.get_generation(id=reply.id).data
    assert record.tokens_completion == reply.usage.completion_tokens
    assert record.total_cost == 0


def test_an_unknown_model_is_the_sdk_error_for_it(sdk):
    with pytest.raises(sdk_errors.BadRequestResponseError, match="acme/none"):
        sdk.chat.send(model="acme/none", messages=QUESTION)
