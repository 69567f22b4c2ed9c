from crossroads.testing import provider_conformance

TestWavespeed = provider_conformance("wavespeed")
