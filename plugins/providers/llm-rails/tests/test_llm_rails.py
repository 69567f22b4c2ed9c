"""LLMRails: its format over the documented request and reply."""

from crossroads_llm_rails.embeddings import LLMRailsEmbeddings

from crossroads.testing import embeddings_conformance
from crossroads.testing.rows import called, drafted

TOLD = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 1.0]}],
    "model": "embedding-multi-v1",
    "usage": {"prompt_tokens": 3, "total_tokens": 3},
}
TestEmbeddings = embeddings_conformance(
    LLMRailsEmbeddings,
    "llm-rails",
    own={"model": "m", "input": ["x"]},
    told=TOLD,
    path="/embeddings",
    sent={"model": "m", "input": ["x"]},
)


async def test_the_key_stands_in_a_header_of_its_own():
    _, sent = await called("llm-rails", "embeddings", TOLD)
    assert (sent.header("x-api-key"), sent.header("authorization")) == ("none", None)


def test_what_it_has_no_word_for_is_told():
    lost = drafted(LLMRailsEmbeddings(), dimensions=4, encoding_format="base64").lost
    assert [(one.field, one.how) for one in lost] == [("dimensions", "dropped"), ("encoding_format", "dropped")]
