from crossroads.testing import provider_conformance

TestClaudinio = provider_conformance("claudinio")
