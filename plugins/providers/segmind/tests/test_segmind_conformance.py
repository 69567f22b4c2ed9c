from crossroads.testing import provider_conformance
from crossroads.testing.answers import Answer

TestSegmind = provider_conformance("segmind", answer=Answer(raw=(b"\x89PNG\0\xff",), content_type="image/png"))
