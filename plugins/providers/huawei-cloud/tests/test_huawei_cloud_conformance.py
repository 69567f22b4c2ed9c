from crossroads.testing import provider_conformance

TestHuaweiCloud = provider_conformance("huawei-cloud")
