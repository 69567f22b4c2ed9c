from crossroads.testing import provider_conformance

TestApi2gpt = provider_conformance("api2gpt")
