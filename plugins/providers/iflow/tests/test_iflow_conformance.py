from crossroads.testing import provider_conformance

TestIflow = provider_conformance("iflow")
