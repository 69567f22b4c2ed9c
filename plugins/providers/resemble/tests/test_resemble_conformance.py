from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestResemble = provider_conformance("resemble", answer=said({"success": True, "audio_content": "SUQzAA=="}))
