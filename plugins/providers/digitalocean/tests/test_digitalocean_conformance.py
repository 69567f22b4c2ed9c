from crossroads.testing import provider_conformance

TestDigitalocean = provider_conformance("digitalocean")
