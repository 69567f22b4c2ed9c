from crossroads.testing import provider_conformance

TestLucidquery = provider_conformance("lucidquery")
