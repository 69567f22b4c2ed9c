from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ASSETS = {"assets": [{"id": "asset_1", "url": "https://cdn.cloud.scenario.com/assets/asset_1?Signature=s"}]}
TestScenario = provider_conformance("scenario", answer=said(ASSETS))
