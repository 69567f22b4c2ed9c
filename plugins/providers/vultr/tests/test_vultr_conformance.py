from crossroads.testing import provider_conformance

TestVultr = provider_conformance("vultr")
