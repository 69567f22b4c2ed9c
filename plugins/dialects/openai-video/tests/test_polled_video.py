"""Videos of a vendor whose one answer tells all of a job."""

import json

import pytest
from crossroads_openai_chat.asked import job_of
from crossroads_openai_chat.errors import MESSAGE_CHARS_MAX
from crossroads_openai_chat.reply import whole
from crossroads_openai_video.vendor import PolledVideo, first_and_last

from crossroads.errors import BadUpstream, Unsupported, UpstreamError

STATES = {"waiting": "pending", "done": "completed", "failed": "failed"}


class Films(PolledVideo):
    name = "films"

    def read(self, body):
        told = whole(body)
        return job_of(told.get("id"), told.get("state"), STATES, made=told.get("urls"), reason=told.get("why"))

    def job_url(self, url, upstream_id):
        return f"{url}/{upstream_id}"


FILMS = Films()


def body(**told):
    return json.dumps({"id": "j-1", **told}).encode()


def test_a_submission_names_its_job():
    assert FILMS.decode_response(body(state="waiting")).upstream_id == "j-1"
    with pytest.raises(UpstreamError, match="boom"):
        FILMS.decode_response(body(state="failed", why="boom"))
    with pytest.raises(BadUpstream):
        FILMS.decode_response(body(id=None, state="waiting"))


def test_a_state_is_told_in_the_words_of_all():
    assert FILMS.decode_job(body(state="waiting"))["status"] == "pending"
    assert FILMS.decode_job(body(state="done"))["progress"] == 100
    assert FILMS.decode_job(body(state="failed"))["error"] == "no reason was given"


def test_what_a_failed_job_says_is_short_and_shows_no_key():
    told = FILMS.decode_job(body(state="failed", why="bad key sk-abcdefgh12345678\r\n" + "x" * 5000))["error"]
    assert "sk-abcdefgh" not in told
    assert "\n" not in told
    assert len(told) <= MESSAGE_CHARS_MAX


def test_a_video_is_fetched_from_its_address_without_the_key():
    done = body(state="done", urls=["https://x.example/a.mp4"])
    assert FILMS.content_url("u", "j-1", 0) == "u/j-1"
    found = FILMS.content_step(done, 0)
    assert (found.url, found.bare) == ("https://x.example/a.mp4", True)
    with pytest.raises(BadUpstream):
        FILMS.content_step(done, 1)


def frame(kind, url):
    return {"type": "image_url", "image_url": {"url": url}, "frame_type": kind}


def test_a_first_and_a_last_frame_are_told_apart():
    first, last = frame("first_frame", "a"), frame("last_frame", "b")
    assert first_and_last({"frame_images": [last, first]}) == ("a", "b")
    assert first_and_last({"input_reference": {"image_url": "c"}, "frame_images": [last]}) == ("c", "b")
    assert first_and_last({}) == (None, None)
    for refused in ([last, last], [first, first], [frame("middle", "c")]):
        with pytest.raises(Unsupported):
            first_and_last({"frame_images": refused})
