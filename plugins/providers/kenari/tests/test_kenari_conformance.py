from crossroads.testing import provider_conformance

TestKenari = provider_conformance("kenari")
