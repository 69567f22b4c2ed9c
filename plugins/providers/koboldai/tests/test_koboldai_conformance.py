from crossroads.testing import provider_conformance

TestKoboldai = provider_conformance("koboldai")
