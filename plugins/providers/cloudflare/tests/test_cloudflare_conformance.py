from crossroads.testing import provider_conformance

TestCloudflare = provider_conformance("cloudflare", "recordings")
