from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import said

ROW = {"url": "https://ideogram.ai/api/images/ephemeral/a.png", "is_image_safe": True}
TestIdeogram = provider_conformance("ideogram", answer=said({"generation_id": "g-1", "data": [ROW]}))
