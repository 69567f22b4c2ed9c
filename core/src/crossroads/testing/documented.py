"""The laws of a dialect over one documented exchange of its vendor's: what the suites by operation share."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crossroads import jsonbody
from crossroads.testing.dialect import DialectChecks
from crossroads.testing.imports import NOT_APPLICABLE
from crossroads.testing.recordings import Recorded


class OneExchangeChecks(DialectChecks):
    """case: `own`, a body of the vendor's; `body`, its reply, with `headers_told`."""

    case: Any

    def recorded(self, dialect: Any, **wanted: bool) -> list[Recorded]:
        """The documented exchange is the only one. It is no stream of events; sound flows as it comes."""
        if wanted.get("is_stream"):
            pytest.skip(f"{NOT_APPLICABLE}it has no stream of events")
        own, told = json.dumps(self.case.own).encode(), self.case.headers_told
        return [Recorded(dialect.name, "", stream=False, request=own, status=200, headers=told, body=self.case.body)]

    def test_its_own_body_is_read_and_written_the_same(self, dialect: Any) -> None:
        opened = dialect.open(json.dumps(self.case.own).encode())
        draft = dialect.splice_request(opened, url="u", upstream=self.case.own.get("model", "m"))
        assert json.loads(jsonbody.encode(draft.document)) == self.case.own
        assert draft.lost == []
