from crossroads.testing import provider_conformance

TestHeroku = provider_conformance("heroku", "recordings")
