from crossroads.testing import provider_conformance

TestTrustedrouter = provider_conformance("trustedrouter")
