from crossroads.testing import provider_conformance

TestIbmWatsonx = provider_conformance("ibm-watsonx")
