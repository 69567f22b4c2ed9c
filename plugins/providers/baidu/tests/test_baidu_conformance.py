from crossroads.testing import provider_conformance

TestBaidu = provider_conformance("baidu")
