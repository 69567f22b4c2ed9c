"""What Decart's models change: every one edits a picture or a film, which goes along as a file in a form.

Source: pkg:pypi/decart@0.2.4 (models.py, queue/request.py, process/request.py), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

from crossroads_openai_images.vendor import as_file

from crossroads.errors import Unsupported
from crossroads.multipart import File


def file_of(source: Any, *, kind: str, field: str) -> File:
    """The file, or what is in a data URL. kind: "image" or "video". Raises Unsupported: it is neither, or another."""
    found = as_file(source, field=field)
    if not isinstance(found, File) or not found.content_type.startswith((f"{kind}/", "application/octet-stream")):
        raise Unsupported(f"the model edits a file of {kind}.", remedy="Send one, or a data URL.", field=field)
    return found
