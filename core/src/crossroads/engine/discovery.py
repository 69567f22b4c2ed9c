"""Ask a provider what it offers now: its plugin's `provider_models`, or the listing that its manifest names.

Law: the key goes to the instance's hosts and nowhere else; requests, bytes and time of one listing are bounded. Never
part of a call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossroads.engine.attempts.prepare import USER_AGENT, with_key
from crossroads.engine.catalog import Instance
from crossroads.engine.installed.plugins import is_failure
from crossroads.errors import (
    BadRequest,
    BadUpstream,
    CredentialMissing,
    CrossroadsError,
    PluginError,
    Unsupported,
    UpstreamError,
    UpstreamTimeout,
)
from crossroads.offers import OFFERS_MAX, Offer, read_listing
from crossroads.wire import HttpRequest

if TYPE_CHECKING:
    from crossroads.engine.exchange import Exchange

LISTING_S = 60.0
"""For all requests of one listing together."""
LISTING_BYTES_MAX = 32 << 20
"""Of one answer."""
REQUESTS_MAX = 100
"""Of one listing: pages."""


async def offers_of(name: str, x: Exchange) -> tuple[Offer, ...]:
    """What this instance's provider lists. Raises CrossroadsError, without its key in the text."""
    instance = x.catalog.instances.get(name)
    if instance is None:
        raise BadRequest(
            "is not active.", field="provider", value=name, remedy="`crossroads providers` shows how to get more."
        )
    try:
        async with x.clock.timeout_at(x.clock.monotonic() + LISTING_S):
            return await _offers(instance, x)
    except TimeoutError:
        what = f"provider {name} did not list its models within {LISTING_S:g} s."
        raise UpstreamTimeout(what, remedy="Ask again later.") from None
    except CrossroadsError as error:
        raise x.reporter.clean(error) from None


async def _offers(instance: Instance, x: Exchange) -> tuple[Offer, ...]:
    await x.providers.open(instance)
    get = _Get(instance, x)
    hook = x.providers.hook("provider_models", instance)
    found = None
    if hook is not None:
        try:
            found = await hook(instance.name, get)
        except CrossroadsError:
            raise
        except BaseException as error:
            if not is_failure(error):
                raise
            what = f"its provider_models failed: {x.reporter.describe(error)}."
            raise PluginError(what, plugin=instance.manifest.name, remedy="Report it.") from None
    if found is None:
        url = listing_url(instance)
        if url is None:
            raise Unsupported(
                f"provider {instance.name} has no listing of its models.",
                remedy="Add `models_url` to its manifest, or implement provider_models.",
            )
        return read_listing(await get(url))
    offers = tuple(found)
    if len(offers) > OFFERS_MAX or not all(isinstance(offer, Offer) for offer in offers):
        what = "its provider_models answered what is no list of offers."
        raise PluginError(what, plugin=instance.manifest.name, remedy="Report it.")
    return offers


def listing_url(instance: Instance) -> str | None:
    """Where the manifest says that models are listed; None: it does not."""
    if (url := instance.manifest.models_url) is None:
        return None
    return url.replace("{base_url}", (instance.base_url or "").rstrip("/"))


class _Get:
    """`crossroads.offers.Get` of one listing."""

    def __init__(self, instance: Instance, x: Exchange) -> None:
        self._instance, self._x = instance, x
        self._deadline = x.clock.monotonic() + LISTING_S
        self._left = REQUESTS_MAX

    async def __call__(self, url: str) -> bytes:
        instance, auth = self._instance, self._instance.manifest.auth
        if url.startswith("/"):
            url = (instance.base_url or "").rstrip("/") + url
        if not instance.may_send_to(url):
            raise BadUpstream(
                f"the listing of {instance.name} is at a host that its manifest does not name.",
                remedy="Correct `hosts` or `models_url` in its manifest.",
            )
        if (instance.base_url or "").startswith("https:") and not url.startswith("https:"):
            raise BadUpstream(
                f"the listing of {instance.name} would be asked for in the clear, with its key.",
                remedy="Correct `models_url` in its manifest, or report the package.",
            )
        if auth.scheme == "code":
            what = f"the key of {instance.name} is shown by its own code, which takes calls only."
            raise Unsupported(what, remedy="Refresh it from a published catalog.")
        self._left -= 1
        if self._left < 0:
            raise BadUpstream(f"its listing has more than {REQUESTS_MAX} pages.", remedy="Report the package.")
        headers = {name.lower(): value for quirk in instance.manifest.quirks for name, value in quirk.headers.items()}
        headers |= {name.lower(): value for name, value in instance.config.headers.items()}
        request = HttpRequest(
            method="GET",
            url=with_key(url, auth, instance.secret),
            headers=(USER_AGENT, *((n.encode(), v.encode()) for n, v in headers.items()), *instance.auth_headers),
            timeouts=instance.config.timeouts,
            deadline=self._deadline,
        )
        response = await self._x.providers.transport(instance).send(request)
        try:
            body = await response.read(LISTING_BYTES_MAX)
        finally:
            await response.aclose()
        if response.status in (401, 403):
            what = f"{instance.name} lists its models to holders of a key only ({response.status})."
            raise CredentialMissing(what, remedy=f"Set {instance.key_from}.")
        if response.status != 200:
            what = f"{instance.name} answered {response.status} where its models are listed."
            raise UpstreamError(what, remedy="Ask again later, or correct `models_url` in its manifest.")
        return body
