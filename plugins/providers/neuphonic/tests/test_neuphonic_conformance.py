from crossroads.testing import provider_conformance
from crossroads.testing.answers import Answer

EVENT = b'event: message\ndata: {"status_code": 200, "data": {"audio": "AAE=", "text": "Hi"}}\n\n'

TestNeuphonic = provider_conformance("neuphonic", answer=Answer(raw=(EVENT,), content_type="text/event-stream"))
