from crossroads.testing import provider_conformance

TestSensenova = provider_conformance("sensenova")
