from crossroads.testing import provider_conformance

TestInferFlow7 = provider_conformance("infer-flow7")
