from crossroads.testing import provider_conformance

Test302ai = provider_conformance("302ai")
