"""What is measured: the upstream itself, a plain reverse proxy, and Crossroads spliced, typed and translated.

direct     the load generator talks to the upstream: the ceiling of every figure
nginx      one worker, keep-alive to both sides, no TLS, no log; streams unbuffered
spliced    `crossroads serve`: key checked, routed, metered, priced, recorded; nobody asks for the messages
typed      the same, and one policy that asks: validated objects, encoded again
translated as spliced, for a client of Anthropic's messages: two dialects between it and the upstream
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from native_build import BUILD, HERE
from payloads import KEY, MESSAGES
from procs import GATEWAY_CORE, LOAD_CORE, Server, free_port

PACE_US = 5000  # between two events of one stream: 400 streams offer 80,000 a second
NGINX_REMEDY = "nginx is not here, so no ratio can be given. Run `apt-get install nginx-light`."

NGINX_CONF = """\
daemon off; master_process off; worker_processes 1; pid {build}/nginx.pid; error_log {build}/nginx.log crit;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
    access_log off; tcp_nodelay on; keepalive_requests 100000000;
    client_body_temp_path {build}/nginx-body; proxy_temp_path {build}/nginx-proxy; fastcgi_temp_path {build}/nginx-f;
    uwsgi_temp_path {build}/nginx-u; scgi_temp_path {build}/nginx-s;
    upstream model {{ server 127.0.0.1:{upstream}; keepalive 1024; keepalive_requests 100000000; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_buffering {buffering};
        }}
    }}
}}
"""


@dataclass
class Stack:
    """port, stream_port: where its plain and its streamed requests go. No servers: the upstream itself.

    requests: what stands before the name of a request that is sent to it.
    """

    name: str
    port: int
    stream_port: int
    servers: tuple[Server, ...] = ()
    requests: str = ""

    def cpu_s(self) -> float:
        return sum(server.cpu_s() for server in self.servers)

    def rss_mib(self) -> float:
        return max((server.rss_mib() for server in self.servers), default=0.0)

    def stop(self) -> None:
        for server in self.servers:
            server.stop()


def start_direct(program: Path) -> Stack:
    port = free_port()
    server = Server([program, port, PACE_US], port=port, core=LOAD_CORE, log=BUILD / "upstream.log")
    return Stack("direct", port, port, (server,))


def start_nginx(upstream: int) -> Stack:
    """Two processes, one for each kind of buffering. Raises SystemExit: not installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SystemExit(NGINX_REMEDY)
    servers = []
    for buffering in ("on", "off"):
        port, config = free_port(), BUILD / f"nginx-{buffering}.conf"
        config.write_text(NGINX_CONF.format(build=BUILD, upstream=upstream, port=port, buffering=buffering))
        command = [program, "-c", config, "-p", BUILD, "-e", BUILD / "nginx.log"]
        servers.append(Server(command, port=port, core=GATEWAY_CORE, log=BUILD / f"nginx-{buffering}.log"))
    return Stack("nginx", servers[0].port, servers[1].port, tuple(servers))


def start_crossroads(name: str, upstream: int) -> Stack:
    """name: "spliced", "typed" or "translated"."""
    port = free_port()
    config = BUILD / f"{name}.toml"
    config.write_text(_config(port, upstream, typed=name == "typed"))
    server = Server(
        [sys.executable, "-m", "crossroads", "serve", "--config", config],
        port=port,
        core=GATEWAY_CORE,
        log=BUILD / f"{name}.log",
        env={"PYTHONPATH": ":".join((str(_site()), *_python_path())), "CROSSROADS_HOME": str(BUILD / "home")},
    )
    return Stack(name, port, port, (server,), MESSAGES if name == "translated" else "")


def strategy() -> str:
    """The default one, or the benchmark's own where the default's package is not installed."""
    installed = {entry.name for entry in entry_points(group="crossroads.strategies")}
    return "balanced" if "balanced" in installed else "bench-any"


def _config(port: int, upstream: int, *, typed: bool) -> str:
    lines = [
        "[server]", f"port = {port}",
        "[routing]", f'strategies = ["{strategy()}"]',
        "[[keys]]", 'name = "bench"', f'hash = "{hashlib.sha256(KEY.encode()).hexdigest()}"',
        "[[providers]]", 'name = "bench"', 'plugin = "bench"', 'api_key = "upstream-key"',
        f'base_url = "http://127.0.0.1:{upstream}/v1"',
    ]  # fmt: skip
    if typed:
        lines.append("[policies.bench-reads]")
    return "\n".join(lines) + "\n"


def _python_path() -> list[str]:
    return [folder for folder in os.environ.get("PYTHONPATH", "").split(":") if folder]


def _site() -> Path:
    """A folder with the benchmark's package as if a wheel of it were installed."""
    site = BUILD / "site"
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(HERE / "plugin", site, ignore=shutil.ignore_patterns("__pycache__"))
    info = site / "crossroads_bench-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crossroads-bench\nVersion: 0\n")
    (info / "entry_points.txt").write_text(
        "[crossroads.providers]\nbench = crossroads_bench\n"
        "[crossroads.strategies]\nbench-any = crossroads_bench:AnyWillDo\n"
        "[crossroads.policies]\nbench-reads = crossroads_bench:ReadEveryRequest\n"
    )
    return site
