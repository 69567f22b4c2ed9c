from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ANSWER = {
    "id": "g-1",
    "choices": [{"index": 0, "text": "Bern.", "finish_reason": "stop"}],
    "meta": {"usage": {"prompt_tokens": 3, "completion_tokens": 2}},
}

TestGptRouter = provider_conformance("gpt-router", answer=said(ANSWER))
