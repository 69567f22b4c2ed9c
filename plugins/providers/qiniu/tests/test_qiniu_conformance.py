from crossroads.testing import provider_conformance

TestQiniu = provider_conformance("qiniu")
