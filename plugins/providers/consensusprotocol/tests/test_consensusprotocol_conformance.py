from crossroads.testing import provider_conformance

TestConsensusprotocol = provider_conformance("consensusprotocol")
