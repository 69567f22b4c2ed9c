from crossroads.testing import provider_conformance

TestBeyondPresence = provider_conformance("beyond-presence")
