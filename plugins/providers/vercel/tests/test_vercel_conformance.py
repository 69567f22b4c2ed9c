from crossroads.testing import provider_conformance

TestVercel = provider_conformance("vercel")
