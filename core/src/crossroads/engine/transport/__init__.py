"""How requests reach providers: `wire.Transport` implemented.

`Http1Transport` is the default; `HttpxTransport` carries HTTP/2, proxies and the unusual. Importing this package loads
no httpx.
"""

from crossroads.engine.transport.httpx_transport import HttpxTransport
from crossroads.engine.transport.limits import DEFAULT_LIMITS, Limits
from crossroads.engine.transport.pool import Http1Transport

__all__ = ["DEFAULT_LIMITS", "Http1Transport", "HttpxTransport", "Limits"]
