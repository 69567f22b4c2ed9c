from crossroads.testing import provider_conformance

TestCanopywave = provider_conformance("canopywave")
