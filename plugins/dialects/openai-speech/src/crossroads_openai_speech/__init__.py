"""OpenAI's audio: speech, transcription, translation; and Mistral's speech.

Errors and router fields are `crossroads_openai_chat`'s. What the formats carry stands in carries.toml.
"""

from crossroads_openai_speech.speech import OpenAISpeech
from crossroads_openai_speech.transcription import OpenAITranscription, OpenAITranslation

__all__ = ["OpenAISpeech", "OpenAITranscription", "OpenAITranslation"]
