from crossroads.testing import provider_conformance

TestSyncSo = provider_conformance("sync-so")
