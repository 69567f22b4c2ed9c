from crossroads.testing import provider_conformance

TestEmbercloud = provider_conformance("embercloud")
