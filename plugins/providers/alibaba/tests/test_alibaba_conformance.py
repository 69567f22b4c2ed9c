from crossroads.testing import provider_conformance

TestAlibaba = provider_conformance("alibaba", "recordings")
