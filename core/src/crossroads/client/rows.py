"""What is answered in rows: vectors, ranks, verdicts, images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crossroads.client.asking import Asking, AsyncAsking
from crossroads.types.results import EmbeddingReply, ImagesReply, ModerationReply, RerankReply


class AsyncRows(AsyncAsking):
    async def embed(self, model: str, input: str | Sequence[str], **parameters: Any) -> EmbeddingReply:
        """Embeddings of one text or several."""
        return await self._whole("openai-embeddings", EmbeddingReply, model=model, input=input, **parameters)

    async def rerank(self, model: str, query: str, documents: Sequence[Any], **parameters: Any) -> RerankReply:
        """Which documents answer the query best: texts, or objects with text and image."""
        asked = {"model": model, "query": query, "documents": documents, **parameters}
        return await self._whole("rerank-cohere", RerankReply, **asked)

    async def moderate(self, model: str, input: str | Sequence[Any], **parameters: Any) -> ModerationReply:
        """May this be said? One verdict per text."""
        return await self._whole("openai-moderations", ModerationReply, model=model, input=input, **parameters)

    async def images(self, model: str, prompt: str, **parameters: Any) -> ImagesReply:
        """Make images; with `images=[...]`, change these."""
        return await self._whole("openai-images", ImagesReply, model=model, prompt=prompt, **parameters)


class Rows(Asking):
    def embed(self, model: str, input: str | Sequence[str], **parameters: Any) -> EmbeddingReply:
        """See `AsyncClient.embed`."""
        return self._call(self._start().embed, model, input, **parameters)

    def rerank(self, model: str, query: str, documents: Sequence[Any], **parameters: Any) -> RerankReply:
        """See `AsyncClient.rerank`."""
        return self._call(self._start().rerank, model, query, documents, **parameters)

    def moderate(self, model: str, input: str | Sequence[Any], **parameters: Any) -> ModerationReply:
        """See `AsyncClient.moderate`."""
        return self._call(self._start().moderate, model, input, **parameters)

    def images(self, model: str, prompt: str, **parameters: Any) -> ImagesReply:
        """See `AsyncClient.images`."""
        return self._call(self._start().images, model, prompt, **parameters)
