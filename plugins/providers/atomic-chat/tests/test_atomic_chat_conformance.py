from crossroads.testing import provider_conformance

TestAtomicChat = provider_conformance("atomic-chat")
