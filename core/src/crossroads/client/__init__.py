"""The Python API: the exchange in process, no server, a call in three lines.

    from crossroads import Client

    with Client() as client:
        print(client.chat("huggingfacetb/smollm2-135m-instruct", "Why is the sky blue?").text)

`AsyncClient` is the same with `async with` and `await`. Both take the configuration as `Exchange` does, and raise the
errors of `crossroads.errors`. Every call goes down the one pipeline, as one over HTTP does. A module of this package
holds a family of operations, for both.
"""

from __future__ import annotations

from crossroads.client.asking import Source
from crossroads.client.rows import AsyncRows, Rows
from crossroads.client.sounds import AsyncSounds, Sounds
from crossroads.client.texts import AsyncTexts, Texts
from crossroads.client.videos import AsyncVideos, Videos

__all__ = ["AsyncClient", "Client", "Source"]


class AsyncClient(AsyncTexts, AsyncRows, AsyncSounds, AsyncVideos):
    """The exchange in process. config: as for `Exchange`; an Exchange that is already started is used, and not closed.

    Parameters beyond the named ones go into the request as they are (temperature, tools, provider ...).
    """


class Client(Texts, Rows, Sounds, Videos):
    """`AsyncClient` for code without an event loop: one runs in a thread of its own, from the first use to `close`."""
