"""Google's images: of Gemini, which answers a message with one, and of Imagen, which is asked for some.

Errors are `crossroads_google_gemini`'s. What the formats carry stands in carries.toml.
"""

from crossroads_google_images.gemini import GoogleImages
from crossroads_google_images.imagen import GoogleImagen

__all__ = ["GoogleImagen", "GoogleImages"]
