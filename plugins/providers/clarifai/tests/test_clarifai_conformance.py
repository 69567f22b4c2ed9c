from crossroads.testing import provider_conformance

TestClarifai = provider_conformance("clarifai")
