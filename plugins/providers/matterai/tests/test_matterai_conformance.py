from crossroads.testing import provider_conformance

TestMatterai = provider_conformance("matterai")
