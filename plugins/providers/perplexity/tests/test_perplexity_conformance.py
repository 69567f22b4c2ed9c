from crossroads.testing import provider_conformance

TestPerplexity = provider_conformance("perplexity")
