from crossroads.testing import provider_conformance

TestModelscope = provider_conformance("modelscope")
