from crossroads_google_gemini import GoogleGemini

from crossroads.testing import dialect_conformance

TestGoogleGemini = dialect_conformance(GoogleGemini)
