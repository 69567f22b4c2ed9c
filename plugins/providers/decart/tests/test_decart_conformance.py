from crossroads.testing import provider_conformance
from crossroads.testing.answers import Answer

MADE = Answer(raw=(b"\x89PNG\0\xff",), content_type="image/png", reports="no")
TestDecart = provider_conformance("decart", answer=MADE)
