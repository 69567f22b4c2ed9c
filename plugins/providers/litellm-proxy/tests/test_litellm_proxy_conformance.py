from crossroads.testing import provider_conformance

TestLitellmProxy = provider_conformance("litellm-proxy")
