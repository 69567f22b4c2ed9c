from crossroads.testing import provider_conformance

TestJalapenoCloud = provider_conformance("jalapeno-cloud")
