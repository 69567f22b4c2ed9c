from crossroads.testing import provider_conformance

TestRecursal = provider_conformance("recursal")
