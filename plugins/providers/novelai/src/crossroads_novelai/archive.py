"""Images out of a zip.

Law: any bytes give images or BadUpstream; at most IMAGES_MAX of them, and IMAGES_BYTES_MAX unpacked.
"""

from __future__ import annotations

import io
import zipfile

from crossroads_openai_chat.reply import broken
from crossroads_openai_images.vendor import image_kind

from crossroads.errors import BadUpstream

IMAGES_MAX = 16
IMAGES_BYTES_MAX = 64 << 20
"""Of all of them, unpacked: no more is read than an archive says of itself."""
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def unpacked(data: bytes) -> list[tuple[bytes, str]]:
    """Each image and its media type, in their order. Raises BadUpstream."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [file for file in archive.infolist() if not file.is_dir()]
            if len(files) > IMAGES_MAX or sum(file.file_size for file in files) > IMAGES_BYTES_MAX:
                raise broken("the provider's archive is too large.")
            if any(file.compress_type not in PACKED for file in files):
                raise broken("the provider's archive is packed in another way.")
            read = [archive.read(file) for file in files]
    except BadUpstream:
        raise
    except Exception:  # the reader's own errors, of which many are not documented
        raise broken("the provider sent something that is no archive.") from None
    return [(image, kind) for image in read if (kind := image_kind(image)) is not None]
