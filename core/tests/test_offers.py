"""Listings from the wire: what they state is read exactly, what they leave open is not, and nothing is unbounded."""

import json

import pytest

from crossroads.errors import BadUpstream
from crossroads.offers import OFFERS_MAX, Offer, price, read_listing, tokens
from crossroads.route import Prices


def test_openais_listing_says_only_names():
    body = b'{"object":"list","data":[{"id":"gpt-5","object":"model","created":1686935002,"owned_by":"openai"}]}'
    assert read_listing(body) == (Offer(upstream="gpt-5"),)


def test_limits_and_prices_that_hosts_add_are_read():
    groq = {"id": "a", "context_window": 131072, "max_completion_tokens": 8192, "active": True}
    vllm = {"id": "b", "max_model_len": 4096.0}
    openrouter = {
        "id": "c/d",
        "name": "C: D",
        "context_length": 1000,
        "top_provider": {"max_completion_tokens": 50},
        "pricing": {"prompt": "0.00000015", "completion": "-1", "image": "0.5", "input_cache_read": "0"},
    }
    found = read_listing(json.dumps([groq, vllm, openrouter]).encode())
    assert found == (
        Offer(upstream="a", context_tokens=131072, max_output_tokens=8192),
        Offer(upstream="b", context_tokens=4096),
        Offer(
            upstream="c/d",
            name="C: D",
            context_tokens=1000,
            max_output_tokens=50,
            prices=Prices(input=150_000_000, cache_read=0, image=500_000_000 * 10**6),
        ),
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"data": 1}', b"3", b'{"models": []}', b"\xff"])
def test_what_is_no_listing_is_refused(body):
    with pytest.raises(BadUpstream):
        read_listing(body)


def test_rows_without_a_name_are_left_out_and_a_name_counts_once():
    rows = [None, {}, {"id": ""}, {"id": 3}, {"id": "x" * 501}, {"id": "a"}, {"id": "a", "context_length": 9}]
    assert read_listing(json.dumps(rows).encode()) == (Offer(upstream="a", context_tokens=9),)


def test_a_listing_without_end_is_refused():
    with pytest.raises(BadUpstream):
        read_listing(b"[" + b"0," * OFFERS_MAX + b"0]")


@pytest.mark.parametrize("value", [0, -1, True, "8192", None, 1.5, float("nan"), 10**10])
def test_what_is_no_count_of_tokens_says_nothing(value):
    assert tokens(value) is None


def test_prices_are_exact_or_not_there():
    assert price("3", per=10**6) == 3 * 10**9
    assert price("0.000003", per=1) == 3 * 10**9
    assert price("0", per=1) == 0
    for wrong in ("-1", "free", "NaN", "1e-30", "1e30", 0.5, None, True):
        assert price(wrong, per=1) is None
