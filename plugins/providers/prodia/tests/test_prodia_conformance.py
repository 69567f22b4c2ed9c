from crossroads.multipart import File, encode_form
from crossroads.testing import provider_conformance
from crossroads.testing.answers import Answer

BODY, KIND = encode_form({"output": File(data=b"\x89PNG\0\xff", content_type="image/png")})
TestProdia = provider_conformance("prodia", answer=Answer(raw=(BODY,), content_type=KIND))
