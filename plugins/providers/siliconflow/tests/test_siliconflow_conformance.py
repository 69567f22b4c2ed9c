from crossroads.testing import provider_conformance

TestSiliconflow = provider_conformance("siliconflow")
