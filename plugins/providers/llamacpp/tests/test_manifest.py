"""The facts, and the settings."""

from __future__ import annotations

import tomllib
from pathlib import Path

import crossroads_llamacpp
import pytest
from crossroads_llamacpp import Llamacpp, LlamacppSettings
from pydantic import ValidationError

from crossroads.errors import ContextTooLong, CrossroadsError, UpstreamError
from crossroads.manifest import read_manifest

FILE = Path(crossroads_llamacpp.__file__).with_name("provider.toml")


def test_it_takes_part_without_a_key_and_costs_nothing() -> None:
    manifest = read_manifest(FILE)
    assert (manifest.activate, manifest.auth.scheme, manifest.hosts) == ("installed", "none", ("llamacpp",))
    assert {operation for facts in manifest.endpoints for operation in facts.operations} == {
        "chat", "completions", "embeddings",
    }  # fmt: skip
    assert all(facts.prices.input == 0 and not facts.prices.output for facts in manifest.endpoints)
    assert manifest.data_policy.trains_on_data is False
    assert manifest.data_policy.retains_prompts is False


def test_the_window_of_the_manifest_is_the_window_of_the_settings() -> None:
    (chat, _) = tomllib.loads(FILE.read_text("utf-8"))["endpoints"]
    assert chat["context_tokens"] == LlamacppSettings().context_tokens


@pytest.mark.parametrize("settings", [{"model": "x"}, {"parallel": 0}, {"model_path": "/no/such.gguf"}])
def test_wrong_settings_are_errors(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        LlamacppSettings.model_validate(settings)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"error":{"message":"request (9031 tokens) exceeds ...","type":"exceed_context_size_error"}}'),
        (500, b'{"error":{"message":"input (601 tokens) is too large to process. increase ..."}}'),
    ],
)
def test_an_input_that_is_too_long_is_the_callers_to_shorten(status: int, body: bytes) -> None:
    read = Llamacpp(LlamacppSettings()).provider_error(status=status, body=body, error=UpstreamError("x", remedy="y"))
    assert isinstance(read, ContextTooLong)


def test_other_errors_stay_as_the_dialect_read_them() -> None:
    error = CrossroadsError("x", remedy="y")
    assert Llamacpp(LlamacppSettings()).provider_error(status=500, body=b"{}", error=error) is None
