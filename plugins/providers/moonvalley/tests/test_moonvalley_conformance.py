from crossroads.testing import provider_conformance

TestMoonvalley = provider_conformance("moonvalley")
