from crossroads.testing import provider_conformance

TestCoze = provider_conformance("coze")
