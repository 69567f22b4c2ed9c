from crossroads.testing import provider_conformance

TestLlamaapiCom = provider_conformance("llamaapi-com")
