from crossroads.testing import provider_conformance

TestSfCompute = provider_conformance("sf-compute")
