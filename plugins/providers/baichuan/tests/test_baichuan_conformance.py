from crossroads.testing import provider_conformance

TestBaichuan = provider_conformance("baichuan")
