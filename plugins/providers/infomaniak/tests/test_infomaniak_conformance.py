from crossroads.testing import provider_conformance

TestInfomaniak = provider_conformance("infomaniak")
