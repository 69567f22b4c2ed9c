from crossroads.testing import provider_conformance

TestProtoface = provider_conformance("protoface")
