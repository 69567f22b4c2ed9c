from crossroads.testing import provider_conformance

TestTypesafe = provider_conformance("typesafe")
