from crossroads.testing import provider_conformance

TestGladia = provider_conformance("gladia")
