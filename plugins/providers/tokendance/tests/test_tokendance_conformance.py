from crossroads.testing import provider_conformance

TestTokendance = provider_conformance("tokendance")
