"""`countTokens`: a generateContent request, of which the tokens are counted and nothing is answered.

The Gemini API takes `contents` alone, or a whole request as `generateContentRequest`; Vertex AI, whose addresses have
`/publishers/`, takes the whole request as it is. A client's own goes out as it came, unwrapped for Vertex AI.
Source: Gemini API reference, "Counting tokens"; google-genai 3.4 (models.py); Vertex AI reference, read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from crossroads import jsonbody
from crossroads.call import Opened
from crossroads.counting import CountsTokens
from crossroads.dialect import NO_PARAMS, Document, Draft
from crossroads.errors import BadRequest
from crossroads.jsonbody import MALFORMED
from crossroads.original import Original, written_in
from crossroads_google_gemini import request as requests
from crossroads_google_gemini.dialect import GoogleGemini
from crossroads_google_gemini.reply import broken, parse
from crossroads_google_gemini.shape import Json, Misshapen, a_count
from crossroads_google_gemini.spelling import camel, camel_name

VERB = "countTokens"
WHOLE = "generateContentRequest"


class GoogleCountTokens(CountsTokens, GoogleGemini):
    """See `GoogleGemini`; never streamed."""

    name = "google-count-tokens"
    operation = "count_tokens"
    estimates = True
    paths: tuple[str, ...] = (f"/models/{{model}}:{VERB}", f"/v1beta/models/{{model}}:{VERB}")
    upstream_path = f"/models/{{upstream}}:{VERB}"

    def open(self, body: bytes, params: Mapping[str, str] = NO_PARAMS) -> Opened:
        fields = jsonbody.open_document(body)
        whole = next((name for name in fields if camel_name(name) == WHOLE), None)
        opened = super().open(body if whole is None else bytes(fields[whole]), params)
        opened.stream, opened.max_output_tokens, opened.fields = False, None, fields
        return opened

    def decode_request(self, opened: Opened) -> Any:
        document = camel(_plain(opened.fields))
        inner = jsonbody.open_document(jsonbody.encode(document.get(WHOLE) or document))
        request = super().decode_request(msgspec.structs.replace(opened, fields=inner))
        request.keep(Original(self.name, {n: v for n, v in document.items() if n not in requests.ROUTER_ONLY}))
        return request

    def splice_request(self, opened: Opened, *, url: str, upstream: str) -> Draft:
        document = {name: v for name, v in camel(_plain(opened.fields)).items() if name not in requests.ROUTER_ONLY}
        return _draft(document, url, upstream, [])

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        if (original := written_in(request, self.name)) is not None:
            inner = {n: v for n, v in (original.get(WHOLE) or original).items() if n != "model"}
            if requests.still_says(request, inner):
                return _draft(original, url, upstream, [])
        draft = super().encode_request(request, url=url, upstream=upstream, stream=False)
        document = draft.document if draft.document.keys() == {"contents"} else {WHOLE: draft.document}
        return _draft(document, url, upstream, draft.lost)

    def count_of(self, body: bytes) -> int:
        document = parse(body)
        try:
            count = a_count(document, "totalTokens")
        except Misshapen as error:
            raise broken(f"the provider sent a reply that can't be read: {error}.") from None
        if count is None and document.keys() - {"totalBillableCharacters"}:
            raise broken("the provider sent something that is no count of tokens.")
        return count or 0  # proto JSON leaves out a zero

    def said(self, tokens: int) -> Document:
        return {"totalTokens": tokens}


def _plain(fields: Mapping[str, Any]) -> Json:
    try:
        found: Json = msgspec.json.decode(jsonbody.encode(fields))
    except MALFORMED:
        raise BadRequest("a number is too large for a double.", remedy="Send a smaller number.", field="body") from None
    return found


def _draft(document: Json, url: str, upstream: str, lost: list[Any]) -> Draft:
    if WHOLE in document:
        whole = {name: value for name, value in document[WHOLE].items() if name != "model"}
        named = {"model": f"models/{upstream.removeprefix('models/')}"}
        document = whole if "/publishers/" in url else {**document, WHOLE: {**whole, **named}}
    plain_url = requests.verb_url(url.replace(f":{VERB}", f":{requests.PLAIN_VERB}"), upstream, False)
    headers = ((b"content-type", b"application/json"), (b"accept", b"application/json"))
    url = plain_url.replace(f":{requests.PLAIN_VERB}", f":{VERB}")
    return Draft(document=document, url=url, headers=headers, lost=lost)
