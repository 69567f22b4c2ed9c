from crossroads.testing import provider_conformance

TestWatsonx = provider_conformance("watsonx", settings={"project_id": "p", "exchange": False})
