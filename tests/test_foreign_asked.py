"""Whatever a caller asks of a vendor of sound, images or videos goes out in order, or is refused in our words."""

from importlib.metadata import entry_points
from typing import Any

import msgspec
import pytest
from crossroads_openai_chat.foreign import Foreign
from pydantic import ValidationError

from crossroads.dialect import Draft
from crossroads.errors import BadRequest, Unsupported
from crossroads.multipart import File, encode_form
from crossroads.wire import split_url

ROOT = "https://api.northwind.example/v1"
HERE, INLINE = "https://pics.example/a.png", "data:image/png;base64,iVBORw=="
PICTURE = File(data=b"\x89PNG\r\n", filename="a.png", content_type="image/png")
SOUND = File(data=b"RIFF0000WAVE", filename="a.wav", content_type="audio/wav")
PART = {"type": "image_url", "image_url": {"url": HERE}}
PICTURES: list[Any] = [PICTURE, HERE, INLINE, {"image_url": HERE}, {"file_id": "f-1"}]
NONE: list[Any] = [5, True, [], {}, [None], ["x"], {"url": 5}, {"image_url": {"url": 7}}, "", "http://[x", "no address"]
WORDS = ["", "é", "a\r\nb: c", "a\u2028b", "a/b", "../../x", "..", ".", "a?b=c", "a#b", "a b"]
FRAMES = [[{**PART, "frame_type": kind}] for kind in ("first_frame", "last_frame")]
BASE: dict[str, dict[str, Any]] = {
    "images": {"prompt": "a cat"},
    "speech": {"model": "m", "input": "Hi", "voice": "Maya"},
    "transcription": {"model": "m", "file": SOUND},
    "translation": {"model": "m", "file": SOUND},
    "video": {"prompt": "a cat"},
}
ODD: dict[str, dict[str, list[Any]]] = {
    "images": {
        "image": [*PICTURES, *NONE, [PICTURE, HERE]],
        "input_references": [[PART], [5], [{}]],
        "mask": [*PICTURES, *NONE],
        "n": [2],
        "size": ["1024x1024", "auto", "16384x1", "big", *WORDS],
        "aspect_ratio": WORDS,
        "output_format": WORDS,
    },
    "speech": {"input": WORDS, "voice": [*WORDS, *NONE], "response_format": WORDS, "instructions": WORDS},
    "transcription": {"language": WORDS, "prompt": WORDS},
    "translation": {"prompt": WORDS},
    "video": {
        "frame_images": [*FRAMES, [{**PART, "image_url": {"url": ""}, "frame_type": "first_frame"}]],
        "input_reference": [*PICTURES, *NONE],
        "input_references": [[PART], [{}], [{"type": "audio_url", "audio_url": {"url": HERE}}]],
        "size": ["1280x720", "auto", *WORDS],
        "aspect_ratio": WORDS,
        "resolution": WORDS,
    },
}
"""Field by field of an operation, what stands in no document of a vendor's and comes nevertheless."""
NEVER_SILENT = ("frame_images", "image", "input_reference", "mask")
"""Images that a caller hands over: they go out, are refused, or their loss is told."""


def vendors() -> list[Any]:
    made = [entry.load()() for entry in entry_points(group="crossroads.dialects")]
    return sorted((one for one in made if isinstance(one, Foreign) and one.operation in BASE), key=lambda one: one.name)


def drafted(dialect: Any, fields: dict[str, Any]) -> Draft | None:
    """None: it is refused."""
    url = ROOT + dialect.upstream_path.replace("{upstream}", "small-2")
    try:
        request = dialect.model().model_validate(fields)
        draft: Draft = dialect.encode_request(request, url=url, upstream="small-2", stream=False)
    except (ValidationError, BadRequest, Unsupported):
        return None
    return draft


def told(draft: Draft) -> Any:
    """All that goes out, and what is said of the rest."""
    body = encode_form(draft.document)[0].split(b"\r\n") if draft.form else msgspec.json.encode(draft.document)
    lines = [one for one in body if not one.startswith(b"--")] if isinstance(body, list) else body
    return draft.url, draft.headers, draft.body, lines, [lost.field for lost in draft.lost]


@pytest.mark.parametrize("dialect", vendors(), ids=lambda one: one.name)
def test_a_request_is_sent_in_order_or_refused(dialect):
    usual = drafted(dialect, BASE[dialect.operation])
    for field, values in ODD[dialect.operation].items():
        for value in values:
            draft = drafted(dialect, {**BASE[dialect.operation], field: value})
            if draft is None:
                continue
            origin, _, target = split_url(draft.url)
            path = target.partition(b"?")[0].split(b"/")
            assert origin.host == "api.northwind.example", (field, value)
            assert not {b".", b".."} & set(path), (field, value)
            assert all(text.isascii() and text.decode().isprintable() for _, text in draft.headers), (field, value)
            silent = field in NEVER_SILENT and value not in ([], {})
            if silent and usual is not None:
                assert told(draft) != told(usual), (field, value)
            told(draft)
