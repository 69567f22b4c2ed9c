from crossroads.testing import provider_conformance

TestPika = provider_conformance("pika")
