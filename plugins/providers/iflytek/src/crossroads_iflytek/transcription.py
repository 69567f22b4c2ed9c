"""`POST /v2/api/upload` (the sound is the body), then `/getResult` until the order is done: its transcript.

There is no model to name. A result may be asked for 100 times: what waits longer is asked for more rarely. A transcript
is lines of words, JSON within JSON within JSON. Law (MONEY-4): no source says what its durations are; the end of its
last line stands for the length of the sound, estimated. What was ordered stays with iFLYTEK for 72 hours.
Sources: pkg:pypi/xfyunsdkspeech@0.0.4 (lfasr_client.py), pkg:pypi/xfyunsdkcore@0.0.3 (model/lfasr_model.py: a duration
must be told and is 60 by default); https://xfyun.cn/doc/asr/ifasr_new/API.html, read 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from crossroads_openai_chat.errors import refused
from crossroads_openai_chat.foreign import Json, leftover, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_speech.vendor import (
    HANDLED,
    UNHEARD,
    VendorTranscription,
    in_segments,
    rows_of,
    sound_of,
    with_query,
)

from crossroads.dialect import Draft, Reply, Stamp
from crossroads.jsonbody import MALFORMED
from crossroads.steps import Step

ASKED_EVERY_S = 5.0
ASKED_AT_MOST = 20
"""Times within the time that iFLYTEK expects to need."""
EXPECTED_MS_MAX = 3_600_000
MILLISECONDS = re.compile(r"[0-9]{1,12}")
DONE, WAITS = 4, (0, 3)
GOOD = "000000"
LANGUAGES = {"zh": "cn"}
"""What iFLYTEK calls another way."""
HEADERS = ((b"content-type", b"application/octet-stream"), (b"accept", b"application/json"))


class IflytekTranscription(VendorTranscription):
    """See `crossroads.dialect.Dialect` and `crossroads.steps.SteppedDialect`. An upstream only."""

    name = "iflytek-transcription"
    upstream_path = "/v2/api/upload"
    takes_steps = True

    def canonical(self, own: Json, params: Any) -> Json:
        return dict(own)

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        fields = stated(request)
        more, lost = leftover(fields, HANDLED, UNHEARD)
        sound = sound_of(fields)
        query: Json = {
            "fileName": sound.filename,
            "fileSize": len(sound.data),
            "audioMode": "fileStream",
            "duration": 60,
        }
        if "language" in fields:
            query["language"] = LANGUAGES.get(fields["language"], fields["language"])
        return Draft(document={}, url=with_query(url, {**query, **more}), headers=HEADERS, lost=lost, body=sound.data)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`."""
        content = _content(body)
        order = _order(content)
        number = content.get("orderId") or order.get("orderId")
        if order.get("status", WAITS[0]) not in WAITS or not isinstance(number, str):
            return None
        asked = with_query(url.removesuffix("/upload") + "/getResult", {"orderId": number, "resultType": "transfer"})
        return Step(url=asked, after_s=_pause(content.get("taskEstimateTime")))

    def decode_response(self, body: bytes) -> Reply:
        content = _content(body)
        order = _order(content)
        if order.get("status") != DONE:
            raise refused(f"the order failed, for a reason of kind {order.get('failType')}")
        lines = [_line(told) for told in rows_of(_read(content.get("orderResult")).get("lattice"))]
        text = "".join(line["text"] for line in lines).strip()
        return in_segments(text, lines, upstream_id=order.get("orderId"))

    def encode_response(self, reply: Reply, stamp: Stamp) -> bytes:
        document = reply.document or {}
        rows = document.get("segments") or [{"text": document.get("text", "")}]
        result = {"lattice": [{"json_1best": _text({"st": _spoken(row)})} for row in rows]}
        content = {"orderInfo": {"orderId": stamp.id, "status": DONE}, "orderResult": _text(result)}
        return msgspec.json.encode({"code": GOOD, "descInfo": "success", "content": content})


def _content(body: bytes) -> Json:
    """Raises UpstreamRefused: it says why not; BadUpstream."""
    told = whole(body)
    if told.get("code") != GOOD:
        raise refused(f"{told.get('descInfo') or 'no reason given'} ({told.get('code')})")
    if not isinstance(content := told.get("content"), dict):
        raise broken("the provider's reply has no content.")
    return content


def _order(content: Json) -> Json:
    order = content.get("orderInfo", {})
    if not isinstance(order, dict):
        raise broken("the provider's reply has no order that can be read.")
    return order


def _pause(told: Any) -> float:
    """told: how many milliseconds it is expected to take."""
    expected_ms = min(told, EXPECTED_MS_MAX) if type(told) is int else 0
    return max(ASKED_EVERY_S, expected_ms / 1000 / ASKED_AT_MOST)


def _read(text: Any) -> Json:
    """A document that stands as text in another, or as itself. Raises BadUpstream."""
    try:
        told = msgspec.json.decode(text) if isinstance(text, str) else text
    except MALFORMED:
        told = None
    if not isinstance(told, dict):
        raise broken("the provider's transcript has a line that can't be read.")
    return told


def _line(row: Json) -> Json:
    """One line of the transcript, in seconds. Raises BadUpstream."""
    said = _read(row.get("json_1best")).get("st")
    if not isinstance(said, dict):
        raise broken("the provider's transcript has a line that can't be read.")
    line: Json = {"text": "".join(_words(said))}
    for edge, name in (("start", "bg"), ("end", "ed")):
        if MILLISECONDS.fullmatch(told := str(said.get(name))):
            line[edge] = int(told) / 1000
    if said.get("rl") not in (None, "0"):
        line["speaker"] = said["rl"]
    return line


def _words(said: Json) -> Iterator[str]:
    """The likeliest reading of each word."""
    for part in rows_of(said.get("rt")):
        for word in rows_of(part.get("ws")):
            readings = rows_of(word.get("cw"))
            if readings and isinstance(text := readings[0].get("w"), str):
                yield text


def _spoken(row: Json) -> Json:
    times = {name: str(round(row[edge] * 1000)) for edge, name in (("start", "bg"), ("end", "ed")) if edge in row}
    return {**times, "rl": row.get("speaker", "0"), "rt": [{"ws": [{"cw": [{"w": row["text"], "wp": "n"}]}]}]}


def _text(document: Json) -> str:
    return msgspec.json.encode(document).decode()
