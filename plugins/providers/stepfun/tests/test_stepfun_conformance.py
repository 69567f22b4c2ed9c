from crossroads.testing import provider_conformance

TestStepfun = provider_conformance("stepfun")
