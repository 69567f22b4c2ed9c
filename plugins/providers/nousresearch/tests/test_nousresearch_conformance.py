from crossroads.testing import provider_conformance

TestNousresearch = provider_conformance("nousresearch")
