from crossroads.testing import provider_conformance

TestYandex = provider_conformance("yandex")
