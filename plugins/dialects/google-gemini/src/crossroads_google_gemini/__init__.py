"""Google's generateContent: the wire format of the Gemini API and of Vertex AI, both sides, plain and streamed.

What the format carries, emulates and drops stands in carries.toml.
"""

from crossroads_google_gemini.dialect import GoogleGemini
from crossroads_google_gemini.tokencount import GoogleCountTokens

__all__ = ["GoogleCountTokens", "GoogleGemini"]
