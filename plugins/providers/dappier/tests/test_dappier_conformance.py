from crossroads.testing import provider_conformance

TestDappier = provider_conformance("dappier")
