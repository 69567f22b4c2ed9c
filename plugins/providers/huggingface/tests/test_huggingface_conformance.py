from crossroads.testing import provider_conformance

TestHuggingface = provider_conformance("huggingface", "recordings")
