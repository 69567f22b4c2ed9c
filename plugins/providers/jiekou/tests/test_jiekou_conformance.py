from crossroads.testing import provider_conformance

TestJiekou = provider_conformance("jiekou")
