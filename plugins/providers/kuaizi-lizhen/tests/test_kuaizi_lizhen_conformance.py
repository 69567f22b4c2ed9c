from crossroads.testing import provider_conformance

TestKuaiziLizhen = provider_conformance("kuaizi-lizhen")
