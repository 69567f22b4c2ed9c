from crossroads.testing import provider_conformance

TestPinecone = provider_conformance("pinecone")
