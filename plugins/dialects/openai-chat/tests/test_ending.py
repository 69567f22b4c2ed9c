"""Streams that say themselves where they end, in frames of either kind."""

import pytest
from crossroads_openai_chat.ending import EndingDecoder
from crossroads_openai_chat.reply import broken

from crossroads.errors import BadUpstream, StreamCut
from crossroads.lines import LineReader


class Lines(EndingDecoder[bytes]):
    framing = LineReader

    def pieces(self, data):
        for line in self.frames.feed(data):
            if self.done:
                return
            if line == b"bad":
                raise broken("bad.")
            self.done = line == b"end"
            yield line

    def _chunks(self, piece):
        return [{"said": piece}]


class Events(Lines):
    framing = EndingDecoder.framing

    def pieces(self, data):
        for event in self.frames.feed(data):
            self.done = event.data == b"end"
            yield event.data


@pytest.mark.parametrize(("decoder", "data"), [(Lines, b"a\nend"), (Events, b"data: a\n\ndata: end")])
def test_a_last_frame_whose_end_is_missing_is_read(decoder, data):
    reads = decoder()
    assert reads.feed(data) == [{"said": b"a"}]
    assert reads.close(framed=False) == [{"said": b"end"}]


def test_nothing_is_read_after_the_end():
    reads = Lines()
    assert reads.feed(b"end\nbad\n") == [{"said": b"end"}]
    assert reads.feed(b"bad") == reads.close(framed=True) == []


@pytest.mark.parametrize(
    ("data", "why"), [(b"a\n", "before its end"), (b"a\nbad", "inside a line"), (b"a\nb", "its end")]
)
def test_what_has_not_ended_is_never_whole(data, why):
    reads = Lines()
    reads.feed(data)
    with pytest.raises(StreamCut, match=why):
        reads.close(framed=True)


def test_an_error_leaves_after_what_came_before_it():
    reads = Lines()
    assert reads.feed(b"a\nbad\n") == [{"said": b"a"}]
    for late in (lambda: reads.feed(b""), lambda: reads.close(framed=True)):
        with pytest.raises(BadUpstream, match=r"bad\."):
            late()
