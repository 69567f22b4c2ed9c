from crossroads.testing import provider_conformance

TestLibertai = provider_conformance("libertai")
