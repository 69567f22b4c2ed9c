from crossroads.testing import provider_conformance

TestYuan2 = provider_conformance("yuan2")
