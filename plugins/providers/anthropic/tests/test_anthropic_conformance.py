from pathlib import Path

import crossroads
from crossroads.testing import provider_conformance

RECORDED = Path(crossroads.__file__).parent / "spec" / "vectors" / "anthropic-messages"

TestAnthropic = provider_conformance("anthropic", RECORDED)
