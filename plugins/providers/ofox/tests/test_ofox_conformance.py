from crossroads.testing import provider_conformance

TestOfox = provider_conformance("ofox")
