from crossroads.testing import provider_conformance

TestBookend = provider_conformance("bookend")
