from pathlib import Path

import crossroads
from crossroads.testing import provider_conformance

RECORDED = Path(crossroads.__file__).parent / "spec" / "vectors" / "bedrock-converse"

TestAmazonBedrock = provider_conformance("amazon-bedrock", RECORDED)
