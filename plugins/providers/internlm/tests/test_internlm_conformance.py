from crossroads.testing import provider_conformance

TestInternlm = provider_conformance("internlm")
