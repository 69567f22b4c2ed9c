"""From a path to a dialect and its params."""

import random

import pytest

from crossroads.dialect import KEEPALIVE, DialectBase
from crossroads.paths import PATH_CHARS_MAX, Paths


class Chat(DialectBase):
    name, paths = "chat", ("/chat/completions",)


class Verbs(DialectBase):
    name, keepalive = "verbs", b"\n"
    paths = ("/models/{model}:make", "/models/{model}:streamMake", "/v1beta/models/{model}:make")


class Embedder:
    name, paths = "embedder", ("/models/{model}:embed", "/models/fixed:make", "/teams/{team}/models/{model}:make")


def found(path, *dialects, **options):
    dialects = list(dialects or (Chat(), Verbs(), Embedder()))
    random.Random(len(path)).shuffle(dialects)
    hit = Paths(dialects, **options).find(path)
    return None if hit is None else (hit[0].name, dict(hit[1]))


@pytest.mark.parametrize("prefix", ["/api/v1", "/v1"])
def test_a_literal_path_stands_below_both_prefixes(prefix):
    assert found(f"{prefix}/chat/completions") == ("chat", {"path": "/chat/completions"})


@pytest.mark.parametrize(
    ("path", "model", "template"),
    [
        ("/v1/models/acme/small:make", "acme/small", "/models/{model}:make"),
        ("/api/v1/models/acme/small:free:streamMake", "acme/small:free", "/models/{model}:streamMake"),
        ("/v1beta/models/small:make", "small", "/v1beta/models/{model}:make"),
        ("/api/v1beta/models/a/b/c:make", "a/b/c", "/v1beta/models/{model}:make"),
    ],
)
def test_a_model_in_a_path_is_whole_and_the_path_says_which_verb(path, model, template):
    assert found(path) == ("verbs", {"model": model, "path": template})


def test_another_dialects_verb_is_its_own():
    assert found("/v1/models/acme/small:embed") == (
        "embedder",
        {"model": "acme/small", "path": "/models/{model}:embed"},
    )


def test_a_literal_path_and_the_longer_template_win():
    assert found("/v1/models/fixed:make") == ("embedder", {"path": "/models/fixed:make"})
    longer = "/teams/{team}/models/{model}:make"
    assert found("/v1/teams/red/models/a/b:make") == ("embedder", {"team": "red", "model": "a/b", "path": longer})


@pytest.mark.parametrize(
    "path",
    [
        "/chat/completions", "/v2/chat/completions", "/v1/models/:make", "/v1/models/a:forget",
        "/v1/v1beta/models/a:make", "/v1/models/a:make/", "/v1/models/" + "a" * PATH_CHARS_MAX + ":make", "",
    ],
)  # fmt: skip
def test_nothing_else_is_served(path):
    assert found(path) is None


def test_embedding_serves_without_a_prefix_too():
    assert found("/chat/completions", prefixes=("/v1", "")) == ("chat", {"path": "/chat/completions"})


def test_a_dialect_may_keep_its_streams_alive_in_its_own_way():
    assert (Chat().keepalive, Verbs().keepalive) == (KEEPALIVE, b"\n")
