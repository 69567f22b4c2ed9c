from crossroads.testing import provider_conformance

TestMergeGateway = provider_conformance("merge-gateway")
