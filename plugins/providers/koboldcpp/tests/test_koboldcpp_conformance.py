from crossroads.testing import provider_conformance

TestKoboldcpp = provider_conformance("koboldcpp")
