from crossroads.testing import provider_conformance

TestSalesforce = provider_conformance("salesforce")
