"""The program of the child process: load a model, serve it on a free port of this machine, end when stdin ends.

Run by path, not imported: it needs nothing of Crossroads. See server.py for the protocol.
"""

import json
import os
import signal
import sys
from typing import Any

ANSWER_TOKENS_DEFAULT = 1024
"""Of a call that names no limit: a small model may repeat itself until its context is full."""
PROMPT_CACHE_MIB = 0
"""llama.cpp's own default keeps up to 8 GiB of finished prompts; each slot keeps its last one anyway."""
THREADS_MAX = 8
"""More do not make a small model faster."""
QUIET = -1


def default_threads() -> int:
    """One processor stays free: llama.cpp's threads spin while they wait for each other, and one that is kept waiting
    keeps all waiting. Two threads on two busy processors: 2 to 12 s for 20 tokens; one thread: 0.4 s (2026-11-25)."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(THREADS_MAX, usable - 1))


def serve(options: dict[str, Any]) -> Any:
    """A running server. It must stay referenced; dropping it stops it."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = options["model_path"]
    params.api_keys = [options["api_key"]]
    params.n_parallel = options["parallel"]
    params.n_ctx = options["context_tokens"] * options["parallel"]
    params.n_predict = ANSWER_TOKENS_DEFAULT
    params.cache_ram_mib = PROMPT_CACHE_MIB
    threads = options["threads"] or default_threads()
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    # One server answers chat, completions and embeddings: with a pooling, /v1/embeddings is not refused.
    params.embedding = True
    params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    params.warmup = False
    params.ui = False
    params.verbosity = QUIET
    return xllamacpp.Server(params)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever llama.cpp prints goes to stderr: stdout carries the one answer
    options = json.loads(sys.stdin.readline())
    try:
        server = serve(options)
        answer = {"address": server.listening_address}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}".rstrip(".")[:500]}
    print(json.dumps(answer), file=answers, flush=True)
    if "error" not in answer:
        sys.stdin.read()
    os._exit(0)  # at once, without waiting for the calls that are going on


if __name__ == "__main__":
    main()
