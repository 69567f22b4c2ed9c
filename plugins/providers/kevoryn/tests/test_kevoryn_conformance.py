from crossroads.testing import provider_conformance

TestKevoryn = provider_conformance("kevoryn")
