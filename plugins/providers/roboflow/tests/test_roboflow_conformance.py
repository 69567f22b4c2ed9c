from crossroads.testing import provider_conformance

TestRoboflow = provider_conformance("roboflow")
