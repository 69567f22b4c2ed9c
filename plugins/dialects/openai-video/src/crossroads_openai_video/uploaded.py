"""Videos of vendors that want the first frame uploaded before they begin: one request more, of which no client knows.

A member states where and as what an image is uploaded, and where the answer names it; what that name becomes in the
submission it writes in `uploaded`. See `crossroads.steps.SteppedDialect`.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_chat.foreign import JSON_HEADERS, Json, stated
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.worded import found_at, placed
from crossroads_openai_images.vendor import as_file

from crossroads import jsonbody
from crossroads.dialect import Draft
from crossroads.errors import Unsupported
from crossroads.multipart import File
from crossroads.steps import Step
from crossroads_openai_video.vendor import first_and_last
from crossroads_openai_video.worded import WordedVideo

WANTS_JSON = ((b"accept", b"application/json"),)


class UploadingVideo(WordedVideo):
    """An upstream only: no client of it is served."""

    takes_steps = True
    handle: str
    """Place of the image's name in the answer to its upload."""

    def encode_request(self, request: Any, *, url: str, upstream: str, stream: bool) -> Draft:
        draft = self.submission(request, url, upstream)
        first, last = (as_file(frame, field="frame_images") for frame in first_and_last(stated(request)))
        if isinstance(last, File):
            what, remedy = "the provider is sent one image, and this is the last.", "Send its address there."
            raise Unsupported(what, remedy=remedy, field="frame_images")
        if (parcel := self.parcel(first)) is None:
            return draft
        return Draft(document=parcel, url=self.upload_url(url), headers=WANTS_JSON, form=True, lost=draft.lost)

    def step(self, body: bytes, request: Any, *, url: str, upstream: str) -> Step | None:
        """See `SteppedDialect.step`: after the upload the submission, which is the last."""
        told = whole(body)
        if self.job.named(told) is not None:
            return None
        if (name := found_at(told, self.handle)) is None:
            raise broken("the provider named no image.")
        draft = self.submission(request, url, upstream)
        placed(draft.document, self.places["first_frame"], self.uploaded(name))
        return Step(url=draft.url, body=jsonbody.encode(draft.document), headers=JSON_HEADERS)

    def submission(self, request: Any, url: str, upstream: str) -> Draft:
        return super().encode_request(request, url=url, upstream=upstream, stream=False)

    def parcel(self, first: Any) -> Json | None:
        """The form that brings the first frame there; None: it needs none. first: a file, an address or None."""
        raise NotImplementedError

    def upload_url(self, url: str) -> str:
        raise NotImplementedError

    def uploaded(self, name: Any) -> Any:
        """The image in the submission, by the name that it was given."""
        return name
