from crossroads.testing import provider_conformance

TestLlamacpp = provider_conformance("llamacpp", may_import={"filelock"})
