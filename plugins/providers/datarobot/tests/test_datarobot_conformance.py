from crossroads.testing import provider_conformance

TestDatarobot = provider_conformance("datarobot")
