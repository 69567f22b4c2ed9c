from crossroads.testing import provider_conformance

TestTextembed = provider_conformance("textembed")
