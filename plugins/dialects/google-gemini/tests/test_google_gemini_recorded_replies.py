"""Every recorded reply, stream and error, against an independent reading of Google's JSON (plain walking)."""

import base64
import itertools
import json
import re
from typing import Any

import pytest
from crossroads_google_gemini import GoogleGemini
from crossroads_google_gemini.turn import merged

from crossroads.testing import laws
from crossroads.testing.recordings import NO_RECORDINGS, recordings_folder

DIALECT = GoogleGemini()
RECORDED = pytest.mark.skipif(recordings_folder() is None, reason=NO_RECORDINGS)
FOLDERS = pytest.mark.parametrize("folder", ["google-gemini", "google-vertex"])


def recorded(folder, status=200):
    for path in sorted((recordings_folder() / folder).glob("*.jsonl")):
        for line in path.read_text().splitlines():
            one = json.loads(line)
            if one["operation"] == "chat" and (one["response"]["status"] == 200) == (status == 200):
                yield one["response"]


def assert_nothing_is_lost(want, message, usage):
    assert (message.get("content") or "") == want["text"]
    assert (message.get("reasoning") or "") == want["thoughts"]
    calls = [call["function"] for call in message.get("tool_calls") or []]
    assert [[call["name"], json.loads(call["arguments"])] for call in calls] == want["calls"]
    details = message.get("reasoning_details") or []
    packed = [
        base64.b64decode(d["data"].partition(".")[0]).decode() for d in details if str(d.get("id")).startswith("part-")
    ]
    kept = [*(d.get("signature") or d.get("data") for d in details), *packed]
    assert all(any(signature in (each or "") for each in kept) for signature in want["signatures"])
    annotations = message.get("annotations") or []
    assert {a["url_citation"]["url"] for a in annotations if a["type"] == "url_citation"} == want["urls"]
    if want["usage"].get("totalTokenCount") is not None:
        assert usage.prompt_tokens + usage.completion_tokens == total(want["usage"])


def assert_the_same(want, got):
    for name in ("text", "thoughts", "calls", "signatures", "urls", "media", "opaque"):
        assert got[name] == want[name], name
    assert ("STOP" if got["finish"] == 1 else got["finish"]) == ("STOP" if want["finish"] == 1 else want["finish"])


@RECORDED
@FOLDERS
def test_no_recorded_reply_loses_anything_on_its_way(folder):
    count = 0
    for response in recorded(folder):
        if isinstance(response["body"], dict):
            want, body = read_reply([response["body"]]), json.dumps(response["body"]).encode()
            reply = DIALECT.decode_response(body)
            assert_nothing_is_lost(want, reply.document["choices"][0]["message"], reply.usage)
            assert_the_same(want, read_reply([json.loads(DIALECT.encode_response(reply, laws.STAMP))]))
            laws.both_paths_reply_the_same(DIALECT, body)
            count += 1
    assert count > 100


@RECORDED
@FOLDERS
def test_no_recorded_stream_loses_anything_on_its_way(folder):
    count = 0
    for response in recorded(folder):
        if isinstance(response["body"], str):
            want, data = read_reply(events(response["body"])), response["body"].encode()
            chunks, decoder = laws.decode_all(DIALECT, [data])
            deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"] if choice["index"] == 0]
            message = merged([{name: delta[name] for name in delta if name != "role"} for delta in deltas])
            assert_nothing_is_lost(want, message, decoder.usage)
            encoder = DIALECT.encode_stream(laws.STAMP)
            encoded = b"".join(map(encoder.encode, chunks)) + encoder.close(decoder.usage or laws.NO_USAGE)
            assert_the_same(want, read_reply(events(encoded.decode())))
            relayed, error = laws.relay_all(DIALECT, [data])
            assert error is None
            assert_the_same(want, read_reply(events(relayed.decode())))
            laws.both_paths_stream_the_same(DIALECT, data)
            laws.a_split_changes_nothing(DIALECT, data, [7, len(data) // 2, len(data) - 5])
            laws.a_cut_never_looks_complete(DIALECT, data, b'"finishReason"', [1, len(data) // 2])
            count += 1
    assert count > 10


@RECORDED
@FOLDERS
def test_every_reply_is_one_that_google_genai_reads(folder):
    types = pytest.importorskip("google.genai.types")
    for response in recorded(folder):
        body = response["body"]
        if isinstance(body, dict) and '"finishReason": 1' not in json.dumps(body):  # numbers are for an older SDK
            encoded = DIALECT.encode_response(DIALECT.decode_response(json.dumps(body).encode()), laws.STAMP)
            read = types.GenerateContentResponse._from_response(response=json.loads(encoded), kwargs={})
            assert read.response_id == laws.STAMP.id


@RECORDED
@FOLDERS
def test_every_recorded_error_is_a_canonical_error(folder):
    for response in recorded(folder, status=400):
        headers = tuple((name.encode(), str(value).encode()) for name, value in response["headers"].items())
        error = DIALECT.decode_error(response["status"], headers, json.dumps(response["body"]).encode())
        assert error.upstream_status == response["status"]
        assert error.status not in (401, 403)
        if response["status"] == 429:
            assert error.code == "rate_limit_exceeded"


def events(text: str) -> list[Any]:
    """The documents of a stream, in either framing."""
    if text.lstrip().startswith("["):
        return json.loads(text)
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


def read_reply(documents: list[Any]) -> dict[str, Any]:
    """Of the first candidate: text, thoughts, calls, signatures, sources, finish; and the last usage."""
    said: dict[str, Any] = {"text": "", "thoughts": "", "calls": [], "signatures": [], "urls": set(), "media": 0}
    said |= {"finish": None, "usage": {}, "opaque": 0}
    for document in documents:
        said["usage"] = document.get("usageMetadata") or said["usage"]
        for candidate in (document.get("candidates") or [])[:1]:
            said["finish"] = candidate.get("finishReason") or said["finish"]
            for part in (candidate.get("content") or {}).get("parts") or []:
                _read_part(part, said)
            for chunk in (candidate.get("groundingMetadata") or {}).get("groundingChunks") or []:
                said["urls"] |= {inner["uri"] for inner in chunk.values() if isinstance(inner, dict) and "uri" in inner}
            cited = candidate.get("citationMetadata") or {}
            for source in [*cited.get("citationSources", []), *cited.get("citations", [])]:
                said["urls"] |= {source["uri"]} if "uri" in source else set()
    return said


def _read_part(part: dict[str, Any], said: dict[str, Any]) -> None:
    if "thoughtSignature" in part:
        said["signatures"].append(part["thoughtSignature"])
    if "functionCall" in part:
        call = part["functionCall"]
        if call.get("name"):
            said["calls"].append([call["name"], dict(call.get("args") or {})])
        for piece in call.get("partialArgs") or []:
            _put(said["calls"][-1][1], piece)
    elif "text" in part:
        said["thoughts" if part.get("thought") else "text"] += part["text"]
    elif "inlineData" in part and not part.get("thought"):
        said["media"] += 1
    elif set(part) - {"thoughtSignature"}:
        said["opaque"] += 1


def _put(args: dict[str, Any], piece: dict[str, Any]) -> None:
    here: Any = args
    *path, last = [
        int(n) if n else key for key, n in re.findall(r"([^.\[\]$]+)|\[(\d+)\]", piece["jsonPath"]) if n or key
    ]
    steps = [*path, last]
    for step, following in itertools.pairwise(steps):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            here += [None] * (step + 1 - len(here))
            here[step] = here[step] or empty
        else:
            here.setdefault(step, empty)
        here = here[step]
    if isinstance(last, int):
        here += [None] * (last + 1 - len(here))
    old = here[last] if isinstance(last, int) else here.get(last)
    text = piece.get("stringValue")
    here[last] = (old or "") + text if text is not None else piece.get("numberValue", piece.get("boolValue"))


def total(usage: dict[str, Any]) -> int:
    names = ("promptTokenCount", "candidatesTokenCount", "toolUsePromptTokenCount", "thoughtsTokenCount")
    return max(usage.get("totalTokenCount", 0), sum(usage.get(name) or 0 for name in names))
