from crossroads.testing import provider_conformance

TestAwsSpeech = provider_conformance("aws-speech")
