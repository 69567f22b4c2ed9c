from crossroads.testing import provider_conformance

TestHigress = provider_conformance("higress")
