"""`crossroads demo`: the whole way once, with no key: a gateway, a real model, one question over HTTP."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from typing import Annotated, Any

import typer

from crossroads.cli.show import note

MODEL = "huggingfacetb/smollm2-135m-instruct"
QUESTION = "Why is the sky blue?"
START_S = 60.0
ANSWER_S = 600.0
"""The first answer may have to wait for the download of the model."""


def demo(
    question: Annotated[str, typer.Argument(help="What to ask.")] = QUESTION,
    model: Annotated[str, typer.Option("--model", "-m", help="Whom to ask.")] = MODEL,
) -> None:
    """Start a gateway, ask the embedded model a question over HTTP, print answer, route, tokens, cost and latency."""
    import httpx

    port = _free_port()
    base = f"http://127.0.0.1:{port}"
    note(f"Starting a gateway on {base} ...")
    command = [sys.executable, "-m", "crossroads", "serve", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        with httpx.Client(base_url=base, timeout=ANSWER_S, trust_env=False) as http:
            _wait_until_ready(http, server)
            note(f"Asking {model}: {question}")
            _ask(http, model, question)
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()


def _ask(http: Any, model: str, question: str) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": question}], "max_tokens": 80, "temperature": 0}
    started = time.monotonic()
    response = http.post("/api/v1/chat/completions", json=body)
    seconds = time.monotonic() - started
    reply = response.json()
    if response.status_code != 200:
        note(f"crossroads: {reply['error']['message']}")
        raise typer.Exit(1)
    usage = reply["usage"]
    record = http.get("/api/v1/generation", params={"id": reply["id"]}).json()["data"]
    route = " -> ".join(f"{step['provider_name']} ({step['status']})" for step in record["provider_responses"])
    print(reply["choices"][0]["message"]["content"].strip())
    print()
    print(f"route    {reply['model']} -> {route}")
    print(f"tokens   {usage['prompt_tokens']} in, {usage['completion_tokens']} out")
    print(f"cost     ${usage['cost']}")
    print(f"latency  {seconds:.2f} s (model {record['generation_time']:.0f} ms)")
    print(f"id       {reply['id']}")


def _wait_until_ready(http: Any, server: subprocess.Popen[bytes]) -> None:
    import httpx

    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            if http.get("/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    note("crossroads: the gateway did not start. Run `crossroads serve` to see why.")
    raise typer.Exit(1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
