from crossroads.testing import provider_conformance

TestQuicksilverPro = provider_conformance("quicksilver-pro")
