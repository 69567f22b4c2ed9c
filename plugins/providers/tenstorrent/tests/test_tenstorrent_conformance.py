from crossroads.testing import provider_conformance

TestTenstorrent = provider_conformance("tenstorrent")
