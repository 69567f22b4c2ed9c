from crossroads.testing import provider_conformance

TestIflytek = provider_conformance("iflytek")
