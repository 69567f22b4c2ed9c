from crossroads.testing import provider_conformance

TestComfyui = provider_conformance("comfyui")
