from crossroads.testing import provider_conformance

TestTabbyapi = provider_conformance("tabbyapi")
