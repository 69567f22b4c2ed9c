"""The child process that runs llama.cpp's server, seen from outside.

    start -> one line of JSON to its stdin -> it loads -> one line of JSON from its stdout -> ready
    its stdin ends (we close it, or we die, however) -> it ends

Law: it never outlives us, and its key stands in no argument, environment, log or repr.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from crossroads_llamacpp.errors import unavailable

LOAD_TIMEOUT_S = 300.0
"""SmolLM2 takes half a second; a large model of the user's own, from a slow disk, minutes."""
STOP_TIMEOUT_S = 3.0
ANSWER_BYTES_MAX = 4096
PROGRAM = Path(__file__).with_name("child.py")


class Server:
    """One server. Made, it is loading; `wait_ready` first, then `address` and `authorization` hold."""

    def __init__(self, model_path: Path, *, context_tokens: int, parallel: int, threads: int | None) -> None:
        """context_tokens: of one call; memory is taken for `parallel` of them."""
        self.address = ""
        key = secrets.token_hex(32)
        self.authorization = f"Bearer {key}".encode()
        self._model_path = model_path
        self._process = subprocess.Popen(  # noqa: S603
            # -P: a module of this folder must not stand in for one that llama.cpp's package imports.
            [sys.executable, "-P", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for us; the child ends with its stdin
        )
        options = {
            "model_path": str(model_path),
            "api_key": key,
            "context_tokens": context_tokens,
            "parallel": parallel,
            "threads": threads,
        }
        assert self._process.stdin is not None
        with suppress(OSError):  # it is dead already: wait_ready says so
            self._process.stdin.write(json.dumps(options).encode() + b"\n")
            self._process.stdin.flush()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def wait_ready(self) -> None:
        """Until the model is loaded. Blocks. Raises ConnectFailed with the reason; then it is stopped."""
        assert self._process.stdout is not None
        timer = threading.Timer(LOAD_TIMEOUT_S, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            answer = json.loads(self._process.stdout.readline(ANSWER_BYTES_MAX) or b"{}")
        except ValueError:
            answer = {}
        finally:
            timer.cancel()
        if "address" not in answer:
            self.stop()
            raise unavailable(
                f"The embedded model {self._model_path.name} can't be loaded: {answer.get('error') or self._ended()}.",
                remedy="Check that the file is a GGUF model and fits into memory, or configure another provider.",
            )
        self.address = answer["address"]

    def stop(self) -> None:
        """End it, and wait until it is gone. Idempotent."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):  # a broken pipe: it is gone
            self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def kill(self) -> None:
        """End it at once: nobody waits for what it is doing. A `wait_ready` that is going on then raises."""
        self._process.kill()

    def _ended(self) -> str:
        return f"its process ended with {self._process.returncode}"

    def __repr__(self) -> str:
        return f"Server({self._model_path.name}, {self.address or 'loading'})"
