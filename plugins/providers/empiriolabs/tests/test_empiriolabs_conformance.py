from crossroads.testing import provider_conformance

TestEmpiriolabs = provider_conformance("empiriolabs")
