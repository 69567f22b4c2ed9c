"""OpenAI's audio: speech, transcription, translation. Errors and router fields are `crossroads_openai_chat`'s.

What the formats carry stands in carries.toml.
"""

from crossroads_openai_audio.speech import OpenAISpeech
from crossroads_openai_audio.transcription import OpenAITranscription, OpenAITranslation

__all__ = ["OpenAISpeech", "OpenAITranscription", "OpenAITranslation"]
