from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import VECTORS, said

TestLlmRails = provider_conformance("llm-rails", answer=said(VECTORS))
