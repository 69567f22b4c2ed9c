"""Jobs as tables of words: what they mean, and that nothing else passes for one."""

import re

import pytest
from crossroads_openai_chat.asked import JobWords, addresses, id_in

from crossroads.errors import BadUpstream, UpstreamRefused

WORDS = JobWords(
    id="data.id",
    status="data.state",
    states={"queued": "pending", "done": "completed", "failed": "failed", "barred": "failed"},
    made=("data.video", "data.images"),
    reasons=("data.why", "data.code"),
    moderated=re.compile("nsfw"),
)


@pytest.mark.parametrize(
    ("state", "status"),
    [(b'"QUEUED"', "pending"), (b'"done"', "completed"), (b'"new"', "in_progress"), (b"5", "pending")],
)
def test_a_state_is_in_our_words_and_an_unknown_one_is_no_end(state, status):
    assert WORDS.read(b'{"data": {"id": "a-1", "state": %s}}' % state).status == status


def test_what_was_made_is_found_wherever_it_stands():
    job = WORDS.read(b'{"data": {"id": "a", "video": {"url": "v"}, "images": [{"url": "i"}, "j", {"url": 5}, 6, ""]}}')
    assert job.made == ["v", "i", "j"]
    assert addresses(None) == []


@pytest.mark.parametrize(
    ("more", "reason", "status"),
    [
        (b"", "no reason was given", 502),
        (b', "why": "nsfw", "code": "c"', "nsfw: c", 400),
        (b', "code": "c"', "c", 502),
    ],
)
def test_a_failure_says_why_and_whose_fault_it_was(more, reason, status):
    failure = WORDS.read(b'{"data": {"id": "a", "state": "failed"%s}}' % more).failure()
    assert f"failed: {reason}" in str(failure)
    assert failure.status == status


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"data": 5}', b'{"data": {"id": "a/b"}}', b'{"data": {"id": 5}}']
)
def test_what_is_no_job_is_a_bad_upstream(body):
    with pytest.raises(BadUpstream):
        WORDS.read(body)


def test_a_state_of_its_own_is_a_reason():
    assert WORDS.read(b'{"data": {"id": "a", "state": "barred"}}').reason == "barred"


def test_a_job_may_be_a_number_and_may_be_named_elsewhere_later():
    words = JobWords(id=("task", "id"), status="state", states={"1": "completed"}, made=("url",), numbered=True)
    assert words.read(b'{"task": 7, "id": "x"}').id == "7"
    later = words.read(b'{"id": 7, "state": 1}')
    assert (later.id, later.status) == ("7", "completed")


def test_what_is_asked_for_later_need_not_name_the_job_but_tells_a_state():
    words = JobWords(id="task", status="state", states={"ok": "completed"}, made=("url",), nameless=True)
    assert words.read(b'{"state": "ok", "url": "u"}').made == ["u"]
    with pytest.raises(BadUpstream):
        words.read(b'{"url": "u"}')


@pytest.mark.parametrize(("told", "id"), [({}, None), ({"id": ""}, None), ({"id": "a/b?c#d"}, "a%2Fb%3Fc%23d")])
def test_an_id_is_one_part_of_an_address(told, id):
    assert id_in(told, "id") == id


@pytest.mark.parametrize("id", [".", "..", 5, ["a"], "a" * 201])
def test_an_id_that_leads_elsewhere_is_none(id):
    with pytest.raises(BadUpstream):
        id_in({"id": id}, "id")


def test_a_number_is_no_reason():
    words = JobWords(id="id", status="state", states={"8": "failed"}, made=("url",), numbered=True)
    assert words.read(b'{"id": 7, "state": 8}').reason == "no reason was given"


def test_an_error_with_status_200_is_the_vendors_own():
    for body in (b'{"error": {"message": "out of credits", "code": 402}}', b'{"msg": "out of credits", "code": 1001}'):
        with pytest.raises(UpstreamRefused):
            WORDS.read(body)
    with pytest.raises(BadUpstream):
        WORDS.read(b'{"data": {}}')
