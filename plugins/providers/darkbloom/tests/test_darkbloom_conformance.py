from crossroads.testing import provider_conformance

TestDarkbloom = provider_conformance("darkbloom")
