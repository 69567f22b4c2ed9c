"""The official `openai` package, unmodified, against the gateway and in process."""

from collections.abc import Iterator

import httpx2
import openai
import pytest

from crossroads import embed

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]


@pytest.fixture
def sdk(gateway: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{gateway}/api/v1", api_key="any", max_retries=0) as client:
        yield client


def test_chat(sdk, model):
    reply = sdk.chat.completions.create(model=model, messages=QUESTION, max_tokens=20, temperature=0)
    assert reply.choices[0].message.content
    assert reply.choices[0].finish_reason in ("stop", "length")
    assert reply.model == model
    assert reply.usage.prompt_tokens > 0
    assert reply.usage.completion_tokens > 0
    assert reply.usage.model_extra["cost"] == 0


def test_stream_has_one_usage_chunk_at_its_end(sdk, model):
    chunks = list(
        sdk.chat.completions.create(model=model, messages=QUESTION, max_tokens=20, temperature=0, stream=True)
    )
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    whole = sdk.chat.completions.create(model=model, messages=QUESTION, max_tokens=20, temperature=0)
    assert text == whole.choices[0].message.content
    assert [bool(c.usage) for c in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens


def test_the_stream_helper(sdk, model):
    short = [{"role": "user", "content": "Name three colors."}]  # ends by itself; the helper refuses a cut answer
    with sdk.chat.completions.stream(model=model, messages=short, temperature=0) as stream:
        assert stream.get_final_completion().choices[0].message.content


async def test_async_chat_and_stream(gateway, model):
    async with openai.AsyncOpenAI(base_url=f"{gateway}/v1", api_key="any", max_retries=0) as sdk:
        stream = await sdk.chat.completions.create(model=model, messages=QUESTION, max_tokens=5, stream=True)
        assert [chunk async for chunk in stream]


def test_logprobs(sdk, model):
    reply = sdk.chat.completions.create(model=model, messages=QUESTION, max_tokens=3, logprobs=True, top_logprobs=2)
    first = reply.choices[0].logprobs.content[0]
    assert first.logprob <= 0
    assert len(first.top_logprobs) == 2


def test_structured_output(sdk, model):
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    reply = sdk.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": "Give me a small number as JSON."}],
        max_tokens=60,
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}},
    )
    import json

    assert isinstance(json.loads(reply.choices[0].message.content)["n"], int)


def test_completions(sdk, model):
    reply = sdk.completions.create(model=model, prompt="The sky is", max_tokens=5, temperature=0)
    assert reply.choices[0].text
    streamed = sdk.completions.create(model=model, prompt="The sky is", max_tokens=5, temperature=0, stream=True)
    assert "".join(c.choices[0].text for c in streamed if c.choices) == reply.choices[0].text


def test_embeddings_in_both_encodings_agree(sdk, model):
    as_base64 = sdk.embeddings.create(model=model, input=["hello", "world"])  # the SDK asks for base64 by default
    as_floats = sdk.embeddings.create(model=model, input=["hello", "world"], encoding_format="float")
    assert len(as_base64.data) == 2
    assert as_base64.data[0].embedding == pytest.approx(as_floats.data[0].embedding, abs=1e-5)
    assert as_floats.usage.prompt_tokens > 0


def test_models(sdk, model):
    assert model in [m.id for m in sdk.models.list()]


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"model": "acme/none"}, openai.BadRequestError, "acme/none"),
        ({"messages": "hi"}, openai.BadRequestError, "messages"),
        ({"temperature": "hot"}, openai.BadRequestError, "temperature"),
        ({"max_tokens": -1}, openai.BadRequestError, "max_tokens"),
    ],
)
def test_a_wrong_call_is_the_sdk_error_for_it(sdk, model, change, error, says):
    with pytest.raises(error) as caught:
        sdk.chat.completions.create(**({"model": model, "messages": QUESTION} | change))
    assert says in str(caught.value)


def test_in_process_with_no_server(model):
    with embed.client(httpx2) as inside:
        sdk = openai.OpenAI(http_client=inside, base_url=embed.BASE_URL, api_key="none", max_retries=0)
        reply = sdk.chat.completions.create(model=model, messages=QUESTION, max_tokens=5)
        assert reply.choices[0].message.content
        chunks = list(
            sdk.chat.completions.create(model=model, messages=QUESTION, max_tokens=5, temperature=0, stream=True)
        )
        assert chunks[-1].usage.completion_tokens == 5
        with pytest.raises(openai.BadRequestError, match="acme/none"):
            sdk.chat.completions.create(model="acme/none", messages=QUESTION)


async def test_in_process_async(model):
    async with embed.async_client(httpx2) as inside:
        sdk = openai.AsyncOpenAI(http_client=inside, base_url=embed.BASE_URL, api_key="none", max_retries=0)
        stream = await sdk.chat.completions.create(model=model, messages=QUESTION, max_tokens=5, stream=True)
        assert [chunk async for chunk in stream][-1].usage
