from crossroads.testing import provider_conformance

TestRequesty = provider_conformance("requesty")
