from crossroads.testing import provider_conformance

TestNaverClova = provider_conformance("naver-clova")
