from crossroads.testing import provider_conformance

TestYapi = provider_conformance("yapi")
