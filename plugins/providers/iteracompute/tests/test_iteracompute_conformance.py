from crossroads.testing import provider_conformance

TestIteracompute = provider_conformance("iteracompute")
