from crossroads.testing import provider_conformance
from crossroads.testing.answers import Answer

TestRemoveBg = provider_conformance("remove-bg", answer=Answer(raw=(b"\x89PNG\0\xff",), content_type="image/png"))
