from crossroads.testing import provider_conformance

TestHostinger = provider_conformance("hostinger")
