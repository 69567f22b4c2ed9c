from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

TestGetimg = provider_conformance("getimg", answer=said({"data": [{"url": "https://x.example/a.png"}]}))
