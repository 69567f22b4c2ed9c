"""What every dialect must hold, as a test class: `TestMine = dialect_conformance(Mine)` is a whole test file."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crossroads.dialect import Dialect
from crossroads.errors import BadRequest, UpstreamRefused
from crossroads.testing import laws
from crossroads.testing.recordings import Recorded, recorded_in
from crossroads.testing.recordings import vectors as shipped_vectors


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
    return type(f"Test{plugin.__name__}", (_DialectChecks,), words)


class _DialectChecks:
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
            if vector.status == 200:
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
