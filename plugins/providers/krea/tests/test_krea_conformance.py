from crossroads.testing import provider_conformance

TestKrea = provider_conformance("krea")
