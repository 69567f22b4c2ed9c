from crossroads.testing import provider_conformance

TestOrcarouter = provider_conformance("orcarouter")
