"""The official `anthropic` package, unmodified, against the gateway."""

from collections.abc import Iterator

import anthropic
import pytest

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]


@pytest.fixture
def sdk(gateway: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=f"{gateway}/api", api_key="any", max_retries=0) as client:
        yield client


def test_a_message(sdk, model):
    message = sdk.messages.create(model=model, messages=QUESTION, max_tokens=20, system="Be brief.")
    assert message.content[0].text
    assert message.stop_reason in ("end_turn", "max_tokens")
    assert message.model == model
    assert message.usage.input_tokens > 0
    assert message.usage.model_extra["cost"] == 0


def test_a_stream_adds_up_to_the_message(sdk, model):
    asked = {"model": model, "messages": QUESTION, "max_tokens": 20, "extra_body": {"temperature": 0}}
    with sdk.messages.stream(**asked) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    whole = sdk.messages.create(**asked)
    assert text == final.content[0].text == whole.content[0].text
    assert final.usage.output_tokens == whole.usage.output_tokens


def test_a_bearer_token_is_taken_too(gateway, model):
    with anthropic.Anthropic(base_url=f"{gateway}/api", auth_token="any", max_retries=0) as sdk:
        assert sdk.messages.create(model=model, messages=QUESTION, max_tokens=1).content


def test_an_unknown_model_is_the_sdks_own_error(sdk):
    with pytest.raises(anthropic.BadRequestError) as caught:
        sdk.messages.create(model="acme/none", messages=QUESTION, max_tokens=1)
    assert caught.value.body["error"]["type"] == "invalid_request_error"
    assert caught.value.body["error"]["error_type"] == "invalid_request"


def test_a_count_of_tokens_is_an_estimate_that_says_so(sdk, model):
    raw = sdk.messages.with_raw_response.count_tokens(model=model, messages=QUESTION)
    assert raw.parse().input_tokens == 12  # 4 for the message, and 30 bytes by 4
    assert raw.headers["x-crossroads-quality"] == "estimated"
