from crossroads.testing import provider_conformance

TestBothub = provider_conformance("bothub")
