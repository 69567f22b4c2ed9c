"""Listings: what is known stands there exactly, what is not known is never guessed."""

import datetime

import msgspec

from crossroads.events import AttemptRecord, Generation
from crossroads.facts import ModelFacts
from crossroads.listings import (
    endpoint_rows,
    list_price,
    model_row,
    output_modalities,
    pricing,
    primary,
)
from crossroads.route import Endpoint, Prices, Served, Tier
from crossroads.statements import generation_row, key_row
from crossroads.store import DAY_S, KeyRecord, KeyUsage, MemoryStore
from crossroads.types.usage import Usage

CHAT = {"chat": Served("openai-chat", "https://acme.example/v1/chat/completions")}


def endpoint(provider: str = "acme", **facts) -> Endpoint:
    return Endpoint(
        id=f"{provider}/small",
        provider=provider,
        plugin=provider,
        provider_name=provider.title(),
        model="acme/small",
        upstream="small",
        serves=facts.pop("serves", CHAT),
        **facts,
    )


def test_a_price_is_exact_a_free_one_is_0_and_an_unknown_one_is_minus_1():
    assert pricing(endpoint()) == {"prompt": "-1", "completion": "-1"}
    assert pricing(endpoint(prices=Prices(input=0, output=0))) == {"prompt": "0", "completion": "0"}
    found = pricing(endpoint(prices=Prices(input=1, output=150_000_000, cache_read=75_000_000)))
    assert found == {"prompt": "0.000000000000001", "completion": "0.00000015", "input_cache_read": "0.000000075"}


def test_a_tier_is_an_override_above_its_threshold():
    tier = Tier(above_input_tokens=200_000, prices=Prices(input=2_000_000_000))
    found = pricing(endpoint(prices=Prices(input=1_000_000_000, output=0), tiers=(tier,)))
    assert found["overrides"] == [{"min_prompt_tokens": 200_000, "prompt": "0.000002"}]


def test_hours_are_an_override_in_clock_numbers():
    night = Tier(utc=(990, 30), prices=Prices(input=2_000_000_000))
    found = pricing(endpoint(prices=Prices(input=1_000_000_000, output=0), tiers=(night,)))
    assert found["overrides"] == [{"utc_start": 1630, "utc_end": 30, "prompt": "0.000002"}]


def test_a_model_shows_its_cheapest_endpoint_and_the_union_of_what_all_can_do():
    dear = endpoint("dear", prices=Prices(input=9, output=9), context_tokens=100, supported_parameters=("tools",))
    cheap = endpoint("cheap", prices=Prices(input=1, output=1), input_modalities=("text", "image"), moderated=True)
    unknown = endpoint("unknown", supported_parameters=("seed",))
    assert primary((unknown, dear, cheap)) is cheap
    assert list_price(unknown) == float("inf")
    row = model_row("acme/small", (unknown, dear, cheap))
    assert row["top_provider"] == {"context_length": None, "max_completion_tokens": None, "is_moderated": True}
    assert (row["context_length"], row["supported_parameters"]) == (100, ["seed", "tools"])
    assert row["architecture"]["modality"] == "text+image->text"
    assert "description" not in row
    assert [e["provider_name"] for e in endpoint_rows("acme/small", (dear, cheap))["endpoints"]] == ["Dear", "Cheap"]


def test_what_only_embeds_gives_embeddings():
    served = Served("openai-embeddings", "https://acme.example/v1/embeddings")
    assert output_modalities(endpoint(serves={"embeddings": served})) == ("embeddings",)
    assert output_modalities(endpoint(serves={"embeddings": served, **CHAT})) == ("text",)


def generation(**fields) -> Generation:
    return Generation(
        **{
            "id": "gen-1",
            "received_at": 1_790_000_000.0,
            "operation": "chat",
            "dialect": "openai-chat",
            "stream": True,
            "principal": "local",
            "key_id": None,
            "model": "acme/small",
            **fields,
        }
    )


def test_a_generation_that_never_reached_a_provider_has_no_counts():
    row = generation_row(generation(outcome="failed", cost_nano=0))
    assert row["created_at"] == "2026-09-21T14:13:20+00:00"
    assert (row["model"], row["provider_responses"], row["tokens_prompt"]) == ("acme/small", [], None)
    assert generation_row(generation(cost_nano=None))["total_cost"] is None


def test_a_generation_tells_the_last_attempts_tokens_and_the_cost_of_all():
    failed = AttemptRecord(
        id="a1", endpoint="x/y", provider="x", model="acme/small", started_at=1.0, outcome="failed", upstream_status=503
    )
    usage = Usage(input_tokens=7, cache_read_tokens=3, output_tokens=4, reasoning_tokens=2)
    served = msgspec.structs.replace(failed, id="a2", outcome="ok", usage=usage, first_token_s=0.25, upstream_id="up")
    row = generation_row(generation(attempts=(failed, served), cost_nano=7_230, seconds=2.0))
    assert (row["tokens_prompt"], row["native_tokens_cached"], row["native_tokens_reasoning"]) == (10, 3, 2)
    assert (row["latency"], row["generation_time"]) == (250, 2000)
    assert [r["status"] for r in row["provider_responses"]] == [503, 503]
    assert b'"total_cost":0.00000723' in msgspec.json.encode(row)


def test_a_keys_windows_are_half_open_utc_days_weeks_from_monday_and_months():
    now = datetime.datetime(2026, 11, 25, 0, 0, tzinfo=datetime.UTC)  # a Wednesday
    today = int(now.timestamp() // DAY_S)
    spent = {today: 1, today - 1: 10, today - 2: 100, today - 3: 1000, today - 24: 10_000, today - 25: 100_000}
    usage = KeyUsage(spent_nano=sum(spent.values()), by_day=spent)
    row = key_row(KeyRecord(hash="0" * 64, name="app"), usage, now_s=now.timestamp())
    nano = {name: round(float(msgspec.json.encode(row[name])) * 1e9) for name in row if name.startswith("usage")}
    assert nano == {"usage": 111_111, "usage_daily": 1, "usage_weekly": 111, "usage_monthly": 11_111}
    assert row["label"] == "app"


async def test_the_store_counts_by_the_day_a_call_came_in():
    store = MemoryStore()
    for number in range(40):
        attempt = AttemptRecord(
            id="a", endpoint="e", provider="p", model="m", started_at=0.0, outcome="ok", usage=Usage(), cost_nano=5
        )
        await store.record(generation(id=f"gen-{number}", received_at=number * DAY_S + 1.0, attempts=(attempt,)))
    usage = await store.usage(None)
    assert usage.spent_nano == 200
    assert (len(usage.by_day), min(usage.by_day), set(usage.by_day.values())) == (31, 9, {5})


KNOWN = ModelFacts(
    name="Small 2",
    context_tokens=9000,
    max_output_tokens=500,
    input_modalities=("text", "image"),
    output_modalities=("text",),
    supports={"tools": True, "reasoning": False},
    knowledge_cutoff="2026-01",
    released="2026-02-03",
    deprecated="2027-01-01",
    source="2026-11-20 https://acme.example/models",
)


def test_what_an_endpoint_leaves_unstated_is_said_by_the_facts_of_its_model():
    row = model_row("acme/small", [endpoint()], KNOWN)
    assert (row["name"], row["context_length"], row["knowledge_cutoff"]) == ("Small 2", 9000, "2026-01")
    assert row["architecture"]["input_modalities"] == ["text", "image"]
    assert row["supported_parameters"] == ["tool_choice", "tools"]
    assert row["expiration_date"] == "2027-01-01"
    assert row["created"] == 1_770_076_800
    assert row["top_provider"]["max_completion_tokens"] is None
    offer = endpoint_rows("acme/small", [endpoint()], facts=KNOWN)["endpoints"][0]
    assert (offer["context_length"], offer["supported_parameters"]) == (9000, ["tool_choice", "tools"])
    assert offer["max_completion_tokens"] is None


def test_what_an_endpoint_states_wins_over_the_facts_of_its_model():
    own = endpoint(
        name="Ours", context_tokens=100, input_modalities=("text",), supported_parameters=("seed",), created=5
    )
    row = model_row("acme/small", [own], KNOWN)
    assert (row["name"], row["context_length"], row["created"]) == ("Ours", 100, 5)
    assert row["architecture"]["input_modalities"] == ["text"]
    assert row["supported_parameters"] == ["seed"]


def test_what_nobody_knows_stays_absent():
    row = model_row("acme/small", [endpoint()])
    assert (row["context_length"], row["supported_parameters"], row["created"]) == (None, [], 0)
    assert row["knowledge_cutoff"] is row["expiration_date"] is None
    assert row["architecture"]["modality"] == "text->text"
