"""`python -m crossroads.testing [PORT]`: a local server that speaks the OpenAI API, for a first call without a key.

It answers whatever it is asked with "Hello there.", counts tokens, and ends with Ctrl-C.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

from crossroads.testing.upstream import ScriptedProvider

PORT = 9100


async def serve(port: int) -> None:
    """Until it is cancelled."""
    async with ScriptedProvider(port=port) as server:
        print(f"A scripted provider serves on {server.base_url} (Ctrl-C ends it).", file=sys.stderr, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else PORT))
