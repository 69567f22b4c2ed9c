"""Money: integer nano-dollars (1 USD = 10^9), the only place that parses, rounds or prints an amount.

Law: no float, no negative price; one exact sum per attempt, rounded up once (never below what was used).
A price is nano-dollars per 10^6 units, so "0.15 USD per million tokens" is the integer 150_000_000.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

NANO = 1_000_000_000
UNITS = 1_000_000
USD_MAX = 1_000_000_000
"""Above this an amount is a mistake (INVARIANTS MONEY-5: nothing unbounded enters the ledger)."""


def parse_usd(text: str) -> int:
    """ "0.0375" -> 37_500_000 nano-dollars, exactly.

    Raises ValueError: not a plain decimal, negative, over USD_MAX, or finer than a nano-dollar (nothing is rounded
    away here).
    """
    try:
        amount = Decimal(text)
    except (InvalidOperation, TypeError):
        raise ValueError(f"{text!r} is not a decimal number of US dollars") from None
    if not amount.is_finite() or amount < 0 or amount > USD_MAX:
        raise ValueError(f"{text!r} is not between 0 and {USD_MAX} US dollars")
    nano = amount * NANO
    if nano != nano.to_integral_value():
        raise ValueError(f"{text!r} is finer than a nano-dollar (9 decimals)")
    return int(nano)


def cost_nano(lines: Iterable[tuple[int, int]]) -> int:
    """The cost of one attempt: ceil(sum(units_i * price_i) / 10^6) nano-dollars.

    lines: (units >= 0, price in nano-dollars per 10^6 units >= 0).
    """
    total = 0
    for units, price in lines:
        if units < 0 or price < 0:
            raise ValueError("units and prices are never negative")
        total += units * price
    if type(total) is not int:
        raise ValueError("units and prices are whole numbers")
    return -(-total // UNITS)


def format_usd(nano: int) -> str:
    """Nano-dollars as a plain decimal without trailing zeros: 7230 -> "0.00000723". Valid as a JSON number."""
    whole, rest = divmod(abs(nano), NANO)
    text = f"{whole}.{rest:09d}".rstrip("0") if rest else str(whole)
    return f"-{text}" if nano < 0 else text


def per_unit_usd(price: int) -> str:
    """A price (nano-dollars per 10^6 units) as USD per single unit, exactly: 150_000_000 -> "0.00000015"."""
    whole, rest = divmod(price, NANO * UNITS)
    return f"{whole}.{rest:015d}".rstrip("0").rstrip(".")
