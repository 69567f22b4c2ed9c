"""What a recorded answer is: a stream of events, a stream of lines of JSON, or a whole one."""

import pytest

from crossroads.testing.recordings import Recorded


@pytest.mark.parametrize(
    ("status", "body", "is_stream"),
    [
        (200, b'data: {"choices":[]}\n\ndata: [DONE]\n\n', True),
        (200, b'{"done":false}\n{"done":true}\n', True),
        (200, b'{"content":"data: none"}', False),
        (200, b'{"done":true}\n', False),
        (429, b'data: {"error":"slow down"}\n\n', False),
    ],
)
def test_a_stream_is_known_by_its_body(status, body, is_stream):
    one = Recorded("r", "northwind", stream=True, request=None, status=status, headers=(), body=body)
    assert one.is_stream is is_stream
