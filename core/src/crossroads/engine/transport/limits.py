"""The bounds of the transport: every buffer, list and wait that a peer could make grow.

What is waited for (connect, first byte, ...) stands in `wire.Timeouts`, per request; this is per transport.
"""

from __future__ import annotations

import msgspec

KIB = 1024
MIB = 1024 * KIB


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes in bytes as `_bytes`, durations in seconds as `_s`. A peer over a bound is a BadUpstream."""

    head_bytes: int = 64 * KIB
    """One response head, status line and blank line included."""
    header_count: int = 200
    interim_count: int = 16
    """1xx responses before the final one."""
    trailer_bytes: int = 16 * KIB
    """After the last chunk; read and dropped."""
    extension_bytes: int = 16 * KIB
    """Chunk extensions of one response, all together (CVE-2024-22019: without a bound they are a free upload)."""
    body_bytes: int = 64 * MIB
    """One response body, encoded and decoded."""
    inflate_ratio: int = 200
    """Decoded bytes for one encoded byte, once `inflate_free_bytes` are decoded. JSON and events reach 20."""
    inflate_free_bytes: int = 1 * MIB
    buffered_high_bytes: int = 256 * KIB
    """Unread bytes of one stream at which we stop reading. One read of the event loop (256 KiB) may come on top."""
    buffered_low_bytes: int = 64 * KIB
    """Reading goes on below this."""
    connections_per_origin: int = 1000
    waiters_per_origin: int = 10_000
    """Callers in the queue for a place; the next one fails at once."""
    idle_per_origin: int = 100
    idle_s: float = 30.0
    """Keep-alive expiry of ours; a shorter one that the peer names in `Keep-Alive` wins."""
    quiet_s: float = 0.0
    """Silence that a connection must have kept before it is used again. Above 0 for peers that may not keep requests
    and answers together: it costs a connection for every exchange that begins within that time."""


DEFAULT_LIMITS = Limits()
