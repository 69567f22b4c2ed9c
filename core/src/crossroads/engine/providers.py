"""Provider plugins in use: loaded, started and opened on their first call, and what that call needs prepared.

Law: with 400 installed, nothing of a provider is imported before its first call; many calls wait for one opening; an
opening that failed is not kept, so that the next call tries again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from crossroads.clock import Clock
from crossroads.dialect import Dialect
from crossroads.engine.attempts.prepare import Prepared, prepare_endpoint
from crossroads.engine.catalog import Catalog, Instance
from crossroads.engine.installed.index import PROVIDERS
from crossroads.engine.installed.plugins import Plugins
from crossroads.errors import PluginError
from crossroads.route import Endpoint, Operation
from crossroads.wire import Transport


class Providers:
    """All instances of one exchange. `dialect` finds a dialect by name."""

    def __init__(
        self,
        plugins: Plugins,
        catalog: Catalog,
        transport: Transport,
        dialect: Callable[[str], Dialect],
        clock: Clock,
    ) -> None:
        self._plugins, self._catalog, self._default, self._dialect = plugins, catalog, transport, dialect
        self._clock = clock
        self._transports: list[Transport] = []
        self._plain: dict[str, Transport] = {}
        self._objects: dict[str, Any] = {}
        self._opening: dict[str, asyncio.Task[Transport]] = {}
        self._prepared: dict[tuple[str, Operation, str | None], Prepared] = {}

    def ready(self, endpoint: Endpoint, operation: Operation, client: str) -> Prepared | None:
        """An endpoint that was prepared before, for a client of this dialect: the hot path."""
        return self._prepared.get((endpoint.id, operation, client))

    async def prepared(self, endpoint: Endpoint, operation: Operation, client: str | None = None) -> Prepared:
        """An endpoint, ready to send to, in the client's dialect where it speaks that; None: in its main one.

        Raises PluginError, and what `provider_open` raises.
        """
        found = self._prepared.get((endpoint.id, operation, client))
        if found is None:
            instance = self._catalog.accounts[endpoint.provider]
            await self.open(instance)
            served = endpoint.serves[operation]
            dialect = self._dialect(served.dialect if client is None else served.spoken_to(client))
            found = prepare_endpoint(instance, endpoint, operation, dialect, self.hook("provider_prepare", instance))
            self._prepared[endpoint.id, operation, client] = found
        return found

    def transport(self, instance: Instance, *, bare: bool = False) -> Transport:
        """Of an opened instance. bare: the one below its own, which may add the credential."""
        return self._plain[instance.name] if bare else self._opening[instance.name].result()

    def hook(self, name: str, instance: Instance) -> Callable[..., Any] | None:
        """An opened instance's own implementation of a hook, with the wrappers around it; None: it has none."""
        return self._plugins.first(name, self._objects[instance.name])

    async def stop(self) -> list[Any]:
        """What there is to close: plugins and the transports that they brought."""
        for task in self._opening.values():
            task.cancel()
        await asyncio.gather(*self._opening.values(), return_exceptions=True)
        self._opening.clear()
        return [*self._objects.values(), *self._transports]

    async def open(self, instance: Instance) -> None:
        """Loaded, started and opened, once. Raises PluginError, and what `provider_open` raises."""
        task = self._opening.get(instance.name)
        if task is None:
            task = self._opening[instance.name] = asyncio.create_task(self._open_once(instance))
        try:
            await asyncio.shield(task)
        except BaseException:
            failed = task.done() and (task.cancelled() or task.exception() is not None)
            if failed and self._opening.get(instance.name) is task:  # not another's next try
                del self._opening[instance.name]
            raise

    async def _open_once(self, instance: Instance) -> Transport:
        if instance.name not in self._objects:
            at = f"providers.{instance.name}.settings"
            plugin = self._plugins.make(PROVIDERS, instance.config.plugin, instance.config.settings, at=at)
            try:
                if (start := getattr(plugin, "start", None)) is not None:
                    await start()
                self._plugins.register(plugin, f"providers/{instance.name}")
            except BaseException:
                if (close := getattr(plugin, "aclose", None)) is not None:
                    await close()
                raise
            self._objects[instance.name] = plugin
        default = self._default
        if instance.config.proxy is not None or instance.config.http2:
            from crossroads.engine.transport import HttpxTransport

            default = HttpxTransport(proxy=instance.config.proxy, http2=instance.config.http2, clock=self._clock)
            self._transports.append(default)
        self._plain[instance.name] = default
        hook = self.hook("provider_open", instance)
        try:
            own = None if hook is None else await hook(instance.name, default, instance.secret)
        except SystemExit as error:  # in a task of its own it would take the process down
            raise PluginError("its provider_open exited.", plugin=instance.name, remedy="Report it.") from error
        if own is None or own is default:
            return default
        if not callable(getattr(own, "send", None)):
            what = f"its provider_open answered a {type(own).__name__}, which is no transport."
            raise PluginError(what, plugin=instance.name, remedy="Report it to the author of the package.")
        self._transports.append(own)
        transport: Transport = own
        return transport
