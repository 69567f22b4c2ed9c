from crossroads.testing import provider_conformance

TestScalattice = provider_conformance("scalattice")
