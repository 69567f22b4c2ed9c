from crossroads.testing import provider_conformance

TestJigsawstack = provider_conformance("jigsawstack")
