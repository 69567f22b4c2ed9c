"""google-genai, unmodified, at both of its API versions and both prefixes."""

import httpx
import pytest
from crossroads_gateway.app import make_app

from crossroads.testing.plugins import exchange_with, offer
from crossroads.testing.upstream import ScriptedProvider

genai = pytest.importorskip("google.genai")
pytest.importorskip("crossroads_google_gemini")


@pytest.mark.parametrize("base", ["http://gateway.example", "http://gateway.example/api"])
@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_google_genai_is_served(base, version):
    async with ScriptedProvider() as upstream, exchange_with(offer("acme", upstream)) as x:
        inside = httpx.AsyncClient(transport=httpx.ASGITransport(make_app(x)))
        options = genai.types.HttpOptions(base_url=base, api_version=version, httpx_async_client=inside)
        models = genai.Client(api_key="none", http_options=options).aio.models
        reply = await models.generate_content(model="test/model", contents="Hi")
        stream = await models.generate_content_stream(model="test/model", contents="Hi")
        chunks = [chunk async for chunk in stream]
        assert "".join(chunk.text or "" for chunk in chunks) == reply.text != ""
        assert chunks[-1].usage_metadata.total_token_count == 17
        with pytest.raises(genai.errors.ClientError):
            await models.generate_content(model="test/none", contents="Hi")
