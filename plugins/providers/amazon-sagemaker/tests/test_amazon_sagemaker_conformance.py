from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}
COUNTS = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}

TestAmazonSagemaker = provider_conformance(
    "amazon-sagemaker",
    answer=said({"id": "c", "object": "chat.completion", "model": "m", "choices": [CHOICE], "usage": COUNTS}),
)
