from crossroads.testing import provider_conformance

TestLepton = provider_conformance("lepton")
