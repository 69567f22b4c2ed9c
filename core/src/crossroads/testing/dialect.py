"""What every dialect must hold, as a test class: `TestMine = dialect_conformance(Mine)` is a whole test file."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crossroads.dialect import Dialect
from crossroads.errors import BadRequest, Unsupported, UpstreamError, UpstreamRefused
from crossroads.testing import laws
from crossroads.testing.mutilated import misshapen, misshapen_stream
from crossroads.testing.recordings import Recorded, recorded_in
from crossroads.testing.recordings import vectors as shipped_vectors

URL = "https://api.northwind.example/v1"
STREAM_BYTES_MAX = 20_000
"""Of a stream that is spoilt many times."""
SPOILT_MAX = 100


def dialect_conformance(plugin: Any, vectors: str | Path | None = None) -> type:
    """Laws of a dialect over its recorded exchanges, and over anything else that a wire may bring.

    vectors: a folder of them (`testing.recordings`), relative to the calling file; default: the core's own.
    """
    folder = None
    if vectors is not None:
        frame = inspect.currentframe()
        assert frame is not None
        assert frame.f_back is not None
        folder = Path(frame.f_back.f_code.co_filename).parent / vectors
        if not recorded_in(folder):
            raise ValueError(f"{folder}: no recorded exchange (*.json) is there")
    words = {"plugin": staticmethod(plugin), "folder": folder}
    return type(f"Test{plugin.__name__}", (DialectChecks,), words)


class DialectChecks:
    """The checks; what is made with `dialect_conformance` is one of these."""

    plugin: Any
    folder: Path | None

    @pytest.fixture
    def dialect(self) -> Any:
        return self.plugin()

    def recorded(self, dialect: Any, **wanted: bool) -> list[Recorded]:
        known = shipped_vectors(dialect.name) if self.folder is None else recorded_in(self.folder)
        found = [v for v in known if all(getattr(v, key) == value for key, value in wanted.items())]
        if not found:
            pytest.skip("no such exchange is recorded")
        return found

    def test_it_has_all_that_a_dialect_has(self, dialect: Any) -> None:
        laws.fulfils(dialect, Dialect)
        assert isinstance(dialect.paths, tuple)
        assert all(isinstance(text, str) for text in (dialect.name, dialect.operation, dialect.upstream_path))

    def test_both_paths_send_the_same_request(self, dialect: Any) -> None:
        for vector in self.recorded(dialect):
            if vector.request:
                laws.both_paths_send_the_same(dialect, vector.request)

    def test_both_paths_give_the_same_reply(self, dialect: Any) -> None:
        for vector in self.recorded(dialect, is_stream=False):
            if vector.status == 200 and not dialect.makes_jobs:  # a client's job is under an id of the engine's
                stamp = laws.stamp_for(dialect, vector.request)
                laws.both_paths_reply_the_same(dialect, vector.body, stamp=stamp)

    def test_one_byte_at_a_time_gives_the_same_stream(self, dialect: Any) -> None:
        for vector in self.recorded(dialect, is_stream=True):
            laws.a_split_changes_nothing(dialect, vector.body, range(len(vector.body)))

    def test_a_stream_that_was_cut_is_an_error_or_had_lost_nothing(self, dialect: Any) -> None:
        for vector in self.recorded(dialect, is_stream=True):
            whole, failed = laws.relay_all(dialect, [vector.body], framed=False)
            if failed is not None:
                continue
            for cut in range(len(vector.body)):
                out, error = laws.relay_all(dialect, [vector.body[:cut]], framed=False)
                assert error is not None or out == whole, f"{vector.name} cut at {cut} looks complete"

    def test_any_error_body_is_read_and_none_raises(self, dialect: Any) -> None:
        @hypothesis_settings(max_examples=60, deadline=None, database=None)
        @given(st.integers(400, 599), st.binary(max_size=200) | st.sampled_from([b"{}", b'{"error":null}', b"[]"]))
        def check(status: int, body: bytes) -> None:
            error = dialect.decode_error(status, ((b"retry-after", b"x"),), body)
            assert isinstance(error, UpstreamRefused)
            assert error.upstream_status == status

        check()

    def test_any_request_bytes_are_opened_or_are_a_bad_request(self, dialect: Any) -> None:
        @hypothesis_settings(max_examples=60, deadline=None, database=None)
        @given(st.binary(max_size=200))
        def check(body: bytes) -> None:
            try:
                dialect.open(body)
            except BadRequest as error:
                assert error.remedy  # noqa: PT017  (any other exception fails the test by itself)

        check()

    def test_a_request_with_a_value_of_another_kind_is_encoded_or_is_refused(self, dialect: Any) -> None:
        bodies = [v.request for v in self.recorded(dialect) if v.request]

        def ask(body: bytes) -> None:
            with contextlib.suppress(BadRequest, Unsupported):
                opened = dialect.open(body)
                request = dialect.decode_request(opened)
                dialect.encode_request(request, url=URL, upstream="small-2", stream=opened.stream)

        _spoilt(misshapen, bodies, ask)

    def test_a_reply_with_a_value_of_another_kind_is_passed_on_or_is_refused(self, dialect: Any) -> None:
        bodies = [v.body for v in self.recorded(dialect, is_stream=False) if v.status == 200 and _is_json(v.body)]

        def read(body: bytes) -> None:
            with contextlib.suppress(UpstreamError):
                dialect.relay_response(body, laws.STAMP)
            with contextlib.suppress(UpstreamError):
                dialect.encode_response(dialect.decode_response(body), laws.STAMP)

        _spoilt(misshapen, bodies, read)

    def test_a_stream_with_a_value_of_another_kind_is_passed_on_or_is_refused(self, dialect: Any) -> None:
        bodies = [v.body for v in self.recorded(dialect, is_stream=True) if len(v.body) <= STREAM_BYTES_MAX]

        def read(body: bytes) -> None:
            laws.relay_all(dialect, [body])
            laws.decode_all(dialect, [body])

        _spoilt(misshapen_stream, bodies, read)


def _spoilt(spoil: Callable[[Sequence[bytes]], Any], bodies: list[bytes], use: Callable[[bytes], None]) -> None:
    """Any exception but those that `use` expects fails the test by itself."""
    if not bodies:
        pytest.skip("no such exchange is recorded")

    @hypothesis_settings(max_examples=SPOILT_MAX, deadline=None, database=None)
    @given(spoil(bodies))
    def check(body: bytes) -> None:
        use(body)

    check()


def _is_json(body: bytes) -> bool:
    return body.lstrip()[:1] in (b"{", b"[")
