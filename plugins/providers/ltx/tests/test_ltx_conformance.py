from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestLtx = provider_conformance("ltx", answer=said({"id": "j1", "created_at": "2026-01-15T10:00:00.000Z"}))
