from crossroads.testing import provider_conformance

TestZidongTaichu = provider_conformance("zidong-taichu")
