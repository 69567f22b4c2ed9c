from crossroads.testing import provider_conformance

TestFunasr = provider_conformance("funasr")
