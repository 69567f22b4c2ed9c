"""Transcripts of vendors that give rows with times and no length of the sound."""

from crossroads_openai_speech.vendor import in_segments

from crossroads.types.usage import Usage


def test_rows_are_segments_and_the_last_end_is_what_is_paid():
    reply = in_segments("a b", [{"text": "b", "start": 2, "end": 3.1}, {"text": "a", "start": 0, "end": 1}])
    assert [row["id"] for row in reply.document["segments"]] == [0, 1]
    assert reply.usage == Usage(seconds=4, quality="estimated")


def test_rows_without_times_are_no_segments_and_tell_nothing_of_what_is_paid():
    reply = in_segments("a", [{"text": "a", "start": None, "end": True}], language=7, upstream_id=8)
    assert (reply.document, reply.usage, reply.upstream_id) == ({"text": "a"}, None, None)
