"""`crossroads chat`: talk to a model in the terminal, streaming, in process."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Any

import typer

from crossroads.cli.show import ConfigFile, note


def chat(
    prompt: Annotated[
        str | None, typer.Argument(help="The question. Absent: standard input, or a conversation.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Default: routing.default_model, else the cheapest.")
    ] = None,
    system: Annotated[str | None, typer.Option("--system", "-s", help="A system message.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Bound of the answer, in tokens.")] = None,
    temperature: Annotated[float | None, typer.Option(help="0 to 2.")] = None,
    config: ConfigFile = None,
) -> None:
    """Ask a model. The answer streams to stdout; route, tokens, cost and latency go to stderr."""
    from crossroads.client import Client

    with Client(config) as client:
        model = model or _default(client)
        messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
        options = {"max_tokens": max_tokens, "temperature": temperature}
        options = {name: value for name, value in options.items() if value is not None}
        if prompt is None and not sys.stdin.isatty():
            prompt = sys.stdin.read()
        if prompt is not None:
            _answer(client, model, [*messages, {"role": "user", "content": prompt}], options)
            return
        note(f"Talking to {model}. An empty line or Ctrl-D ends it.")
        while question := _ask():
            messages.append({"role": "user", "content": question})
            messages.append({"role": "assistant", "content": _answer(client, model, messages, options)})


def _ask() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        return ""


def _answer(client: Any, model: str, messages: list[dict[str, Any]], options: dict[str, Any]) -> str:
    """Print it as it comes, and give it back whole."""
    started, first, said = time.monotonic(), None, []
    usage = provider = None
    with client.chat_stream(model, messages, **options) as chunks:
        for chunk in chunks:
            if chunk.text:
                first = first or time.monotonic()
                said.append(chunk.text)
                print(chunk.text, end="", flush=True)
            usage, provider = chunk.usage or usage, chunk.provider or provider
    print()
    if usage is not None:
        cost = "unknown" if usage.cost is None else f"${usage.cost}"
        note(
            f"[{model} at {provider}: {usage.prompt_tokens} + {usage.completion_tokens} tokens, {cost}, "
            f"first token {((first or started) - started) * 1000:.0f} ms, all {time.monotonic() - started:.1f} s]"
        )
    return "".join(said)


def _default(client: Any) -> str:
    from crossroads.errors import BadRequest

    exchange = client.exchange
    if exchange.config.routing.default_model:
        return str(exchange.config.routing.default_model)
    offered = [
        (endpoint.prices.output if endpoint.prices.output is not None else 1 << 62, model)
        for model, endpoints in exchange.catalog.models.items()
        for endpoint in endpoints
        if "chat" in endpoint.serves
    ]
    if not offered:
        raise BadRequest("No model is offered.", remedy="`crossroads providers` shows what each provider lacks.")
    return str(min(offered)[1])
