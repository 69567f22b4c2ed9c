from crossroads.testing import provider_conformance

TestPydanticGateway = provider_conformance("pydantic-gateway")
