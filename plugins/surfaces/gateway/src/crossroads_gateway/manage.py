"""Everything that is not a call: listings, generations, the caller's key, health. Through Starlette.

Law (SEC-4): every route states who may ask it, `PUBLIC` or `KEY` (a valid key, once any exists), in the one table
below. Liveness depends on no store and no provider (OVER-3).
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from crossroads import Exchange
from crossroads.call import Principal
from crossroads.errors import BadRequest, NotFound
from crossroads.listings import endpoint_rows, model_row, model_rows, provider_rows
from crossroads.live import live_figures
from crossroads.statements import generation_row, key_row
from crossroads_gateway.filters import Listed, page, select
from crossroads_gateway.hot import read_token
from crossroads_gateway.jobs import job_content, job_state

PUBLIC: Literal["public"] = "public"
KEY: Literal["key"] = "key"
Phase = Callable[[], str]


class Json(Response):
    """Encoded by msgspec, which keeps exact amounts exact."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return msgspec.json.encode(content)


class Rule(NamedTuple):
    """One path, who may ask it, and what answers. Paths with an API prefix are below it."""

    path: str
    who: Literal["public", "key"]
    answer: Callable[[Manage, Request, Principal | None], Awaitable[Response]]


class Manage:
    """The answers, over one exchange."""

    def __init__(self, exchange: Exchange, phase: Phase) -> None:
        self.x, self._phase = exchange, phase
        self._listed: tuple[Any, list[Listed]] | None = None

    def listed(self) -> list[Listed]:
        """Rows and endpoints of all models, made once per catalog: thousands of models take a while."""
        catalog = self.x.catalog
        if self._listed is None or self._listed[0] is not catalog:
            rows = zip(model_rows(catalog), catalog.models.values(), strict=True)
            self._listed = (catalog, [Listed(row, endpoints) for row, endpoints in rows])
        return self._listed[1]

    def model(self, request: Request) -> str:
        """The canonical name that the path means. Raises NotFound."""
        named = f"{request.path_params['author']}/{request.path_params['slug']}"
        model = self.x.catalog.resolve(named)
        if model not in self.x.catalog.models:
            raise NotFound(f"{named[:200]} is not a valid model ID.", remedy="GET /models lists what is offered.")
        return model

    async def models(self, request: Request, _: Principal | None) -> Response:
        return self._page(request, "text")

    async def embedding_models(self, request: Request, _: Principal | None) -> Response:
        return self._page(request, "embeddings")

    def _page(self, request: Request, modality: str) -> Response:
        selected = select(self.listed(), request.query_params, modality=modality)
        return Json(page(selected, request.url.path, request.query_params))

    async def count(self, request: Request, _: Principal | None) -> Response:
        selected = select(self.listed(), request.query_params, modality="text")
        return Json({"data": {"count": len(selected)}})

    async def one_model(self, request: Request, _: Principal | None) -> Response:
        model = self.model(request)
        return Json({"data": model_row(model, self.x.catalog.models[model], self.x.catalog.facts.find(model))})

    async def endpoints(self, request: Request, _: Principal | None) -> Response:
        model = self.model(request)
        stats, now = self.x.catalog.stats, self.x.clock.monotonic()
        endpoints = self.x.catalog.models[model]
        live = {e.id: live_figures(stats[e.id], now) for e in endpoints}
        return Json({"data": endpoint_rows(model, endpoints, live, self.x.catalog.facts.find(model))})

    async def providers(self, request: Request, _: Principal | None) -> Response:
        return Json({"data": provider_rows(self.x.catalog, self.x.unwell())})

    async def generation(self, request: Request, principal: Principal | None) -> Response:
        """One of the caller's own; another's is like an unknown one (TENANT-1)."""
        id = request.query_params.get("id")
        if not id:
            raise BadRequest("is missing.", field="id", value="", remedy="Ask with ?id=gen-...")
        found = await self.x.store.find_generation(id, None if principal is None else principal.key_id)
        if found is None:
            raise NotFound(f"Generation {id[:100]} not found.", remedy="Check the id; old ones are forgotten.")
        return Json({"data": generation_row(found)})

    async def job(self, request: Request, principal: Principal | None) -> Response:
        return Json(await job_state(self.x, request, principal))

    async def job_content(self, request: Request, principal: Principal | None) -> Response:
        return await job_content(self.x, request, principal)

    async def key(self, request: Request, principal: Principal | None) -> Response:
        key_id = None if principal is None else principal.key_id
        record = None if key_id is None else await self.x.store.find_key(key_id)
        usage = await self.x.store.usage(key_id)
        return Json({"data": key_row(record, usage, now_s=self.x.clock.time())})

    async def health(self, request: Request, _: Principal | None) -> Response:
        return Json({"status": "ok"})

    async def ready(self, request: Request, _: Principal | None) -> Response:
        phase = self._phase()
        return Json({"status": phase}, status_code=200 if phase == "ready" else 503)

    async def root(self, request: Request, _: Principal | None) -> Response:
        return Json({"name": "crossroads", "api": "/api/v1", "models": "/api/v1/models", "health": "/health"})


API = (
    Rule("/models", KEY, Manage.models),
    Rule("/models/count", KEY, Manage.count),
    Rule("/models/user", KEY, Manage.models),
    Rule("/models/{author}/{slug}/endpoints", KEY, Manage.endpoints),
    Rule("/model/{author}/{slug}", KEY, Manage.one_model),
    Rule("/embeddings/models", KEY, Manage.embedding_models),
    Rule("/providers", KEY, Manage.providers),
    Rule("/generation", KEY, Manage.generation),
    Rule("/videos/{id}", KEY, Manage.job),
    Rule("/videos/{id}/content", KEY, Manage.job_content),
    Rule("/key", KEY, Manage.key),
    Rule("/auth/key", KEY, Manage.key),
)
BARE = (
    Rule("/", PUBLIC, Manage.root),
    Rule("/health", PUBLIC, Manage.health),
    Rule("/ready", PUBLIC, Manage.ready),
)


def make_router(exchange: Exchange, prefixes: Sequence[str], phase: Phase) -> Router:
    """All rules as one ASGI application, which raises CrossroadsError, or HTTPException for a wrong method."""
    manage = Manage(exchange, phase)
    routes = [
        Route(prefix + rule.path, functools.partial(_asked, manage, rule))
        for prefix, rules in ((prefix, API) for prefix in prefixes)
        for rule in rules
    ]
    routes += [Route(rule.path, functools.partial(_asked, manage, rule)) for rule in BARE]
    return Router(routes, redirect_slashes=False, default=_unknown_path)


async def _asked(manage: Manage, rule: Rule, request: Request) -> Response:
    principal = None
    if rule.who is not PUBLIC:
        principal = await manage.x.identify(read_token(dict(request.scope["headers"])))
    return await rule.answer(manage, request, principal)


async def _unknown_path(scope: Any, receive: Any, send: Any) -> None:
    raise NotFound(f"There is nothing at {scope['path'][:200]!r}.", remedy="The API is below /api/v1.")
