"""What is a change, what is doubtful, and how it is written into a manifest without touching anything else."""

import tomllib

import msgspec
import pytest
from crossroads_catalog.changes import changes_of
from crossroads_catalog.edit import edited
from crossroads_catalog.release import told

from crossroads.errors import ConfigError
from crossroads.facts import Facts
from crossroads.manifest import parse_manifest
from crossroads.offers import Offer
from crossroads.route import Prices, Tier
from crossroads.schema import plain

MTOK = 10**9
HERE = "https://acme.example/v1/models"
MANIFEST = """\
schema = 1
name = "acme"                                   # the entry point
operations.chat = { dialect = "openai-chat", url = "https://acme.example/v1/chat" }
auth = { scheme = "none" }

# The small one.
[[endpoints]]
model = "acme/small"
upstream = "small-1"
context_tokens = 4096                           # as documented
supported_parameters = [
    "seed", "tools",
]
price_usd_per_mtok = { input = "1", output = "2" }
source = { url = "https://acme.example/pricing", read = 2026-11-01 }

[endpoints.data_policy]
trains_on_data = false

[[endpoints]]
model = "acme/large"
upstream = "large-1"

# A tier of its own.
[[endpoints]]
model = "acme/small"
upstream = "small-1"
tag = "acme/flex"
price_usd_per_mtok = { input = "0.5" }

[links]
docs = "https://acme.example/docs"
"""
FACTS = Facts([msgspec.msgpack.encode({"aliases": {"tiny": "acme/tiny-2"}, "models": {
    "acme/tiny-2": {"source": "2026-11-01 https://acme.example"}, "acme/medium": {"source": "x y"}}})])  # fmt: skip


def changes(*offers: Offer, text: str = MANIFEST, complete: bool = False):
    manifest = parse_manifest(tomllib.loads(text), file="provider.toml")
    found = {offer.upstream: offer for offer in offers}
    return changes_of(manifest, found, FACTS, source=HERE, complete=complete)


def write(*offers: Offer, **words):
    return edited(MANIFEST, changes(*offers, **words), read="2026-11-25", file="provider.toml")


def test_only_what_the_other_side_states_and_says_otherwise_is_a_change():
    same = Offer(upstream="small-1", context_tokens=4096, prices=Prices(input=MTOK))
    assert changes(same) == []
    found = changes(Offer(upstream="small-1", context_tokens=8000, prices=Prices(output=3 * MTOK, image=500 * 10**6)))
    assert [told(one) for one in found] == [
        "context_tokens 4096 -> 8000",
        "price.output 2 -> 3",
        "price.image not stated -> 0.0000005",
    ]
    assert {one.source for one in found} == {HERE}


TIERS = """\
price_tiers = [{ above_input_tokens = 2000, price_usd_per_mtok = { input = "2", output = "4", cache_read = "1" } }]
"""


def tiered(upstream: str = "small-1", above: int = 2000, **prices: int) -> Offer:
    return Offer(upstream=upstream, tiers=(Tier(above_input_tokens=above, prices=Prices(**prices)),))


def test_a_tier_of_long_prompts_changes_as_a_whole_and_keeps_what_is_not_stated_anew():
    text = MANIFEST.replace('output = "2" }\n', f'output = "2" }}\n{TIERS}', 1)
    assert changes(tiered(input=2 * MTOK, output=4 * MTOK), text=text) == []
    found = changes(tiered(input=3 * MTOK), text=text)
    assert [(told(one), one.doubt) for one in found] == [
        (
            "price_tiers over 2000: input 2, output 4, cache_read 1 -> over 2000: input 3, output 4, cache_read 1",
            None,
        )
    ]
    written = tomllib.loads(edited(text, found, read="2026-11-25", file="provider.toml"))["endpoints"][0]
    (tier,) = written["price_tiers"]
    assert tier["price_usd_per_mtok"] == {"input": "3", "output": "4", "cache_read": "1"}
    assert [one.doubt for one in changes(tiered(above=3000, input=1), text=text)] == ["other lengths than before"]


def test_tiers_that_are_new_are_written_with_their_row():
    row = tomllib.loads(write(tiered(input=2 * MTOK)))["endpoints"][0]
    assert row["price_tiers"] == [{"above_input_tokens": 2000, "price_usd_per_mtok": {"input": "2"}}]
    assert tomllib.loads(write(tiered("tiny", input=MTOK)))["endpoints"][-1]["price_tiers"]


def test_a_number_that_looks_like_another_unit_or_plan_is_doubtful():
    found = changes(
        Offer(upstream="small-1", context_tokens=4000, prices=Prices(input=0, output=21 * MTOK)),
        Offer(upstream="large-1", context_tokens=1),
    )
    assert [(one.field, one.doubt) for one in found] == [
        ("context_tokens", "the same, rounded?"),
        ("price.input", "free on one side: a plan or a gift?"),
        ("price.output", "more than tenfold: another unit?"),
        ("context_tokens", None),
    ]


def test_what_is_gone_is_only_said_of_a_whole_listing_and_doubted_when_much_is():
    assert changes(Offer(upstream="small-1")) == []
    gone = changes(Offer(upstream="small-1"), complete=True)
    assert [(one.change, one.upstream, one.doubt) for one in gone] == [("gone", "large-1", None)]
    assert changes(complete=True) == []
    most = changes(Offer(upstream="tiny"), complete=True)
    assert {one.doubt for one in most if one.change == "gone"} == {"2 of 2 are not listed: incomplete?"}


def test_an_offer_of_a_kind_that_the_listing_leaves_out_is_not_simply_gone():
    text = MANIFEST.replace('upstream = "large-1"', 'upstream = "large-1"\noperations = ["embeddings"]')
    text = text.replace("auth =", 'operations.embeddings = { dialect = "x", url = "https://acme.example" }\nauth =')
    found = changes(Offer(upstream="small-1"), text=text, complete=True)
    assert [one.doubt for one in found] == ["none of its kind is listed: does the listing hold them?"]


def test_a_snapshot_is_the_row_of_its_model_and_not_another_offer():
    facts = FACTS.__class__([msgspec.msgpack.encode({"aliases": {"small-1-20261101": "acme/small"}, "models": {
        "acme/small": {"source": "x y"}}})])  # fmt: skip
    manifest = parse_manifest(tomllib.loads(MANIFEST), file="provider.toml")
    offers = {one: Offer(upstream=one, context_tokens=5000) for one in ("small-1-20261101", "large-1")}
    found = changes_of(manifest, offers, facts, source=HERE, complete=True)
    assert [(one.change, one.upstream, one.new) for one in found] == [
        ("changed", "small-1", 5000),
        ("changed", "large-1", 5000),
    ]


def test_what_is_added_has_to_be_a_known_model():
    found = changes(Offer(upstream="tiny"), Offer(upstream="medium"), Offer(upstream="odd"))
    assert [(one.upstream, one.model, bool(one.doubt)) for one in found] == [
        ("medium", "acme/medium", False),
        ("odd", None, True),
        ("tiny", "acme/tiny-2", False),
    ]
    assert changes(Offer(upstream="tiny", operation="speech"))[0].doubt == "speech is no operation of acme"


def test_a_changed_row_keeps_its_other_lines_and_names_both_sources():
    text = write(Offer(upstream="small-1", context_tokens=8000, max_output_tokens=100, prices=Prices(input=3 * MTOK)))
    before, after = MANIFEST.splitlines(), text.splitlines()
    assert [line for line in after if line not in before] == [
        "context_tokens = 8000",
        "max_output_tokens = 100",
        'price_usd_per_mtok = { input = "3", output = "2" }',
        'source = { url = "https://acme.example/v1/models", read = 2026-11-25, note = "context_tokens, '
        'max_output_tokens, price.input; other words: https://acme.example/pricing (2026-11-01)" }',
    ]
    assert [line for line in before if line not in after] == [
        "context_tokens = 4096                           # as documented",
        'price_usd_per_mtok = { input = "1", output = "2" }',
        'source = { url = "https://acme.example/pricing", read = 2026-11-01 }',
    ]
    parse_manifest(tomllib.loads(text), file="provider.toml")


def test_a_second_change_still_names_where_the_rest_was_read():
    once = write(Offer(upstream="small-1", context_tokens=8000))
    again = changes(Offer(upstream="small-1", prices=Prices(input=2 * MTOK)), text=once)
    again = [msgspec.structs.replace(one, source="https://other.example/") for one in again]
    source = tomllib.loads(edited(once, again, read="2026-11-26", file=""))["endpoints"][0]["source"]
    assert source["note"] == "price.input; other words: https://acme.example/pricing (2026-11-01)"


def test_a_row_that_states_nothing_gets_its_words_in_their_places():
    rows = tomllib.loads(write(Offer(upstream="large-1", context_tokens=9, prices=Prices(request=MTOK * 10**6))))
    large = rows["endpoints"][1]
    assert list(large) == ["model", "upstream", "context_tokens", "price_usd", "source"]
    assert large["price_usd"] == {"request": "1"}


def test_rows_go_and_come_with_all_that_is_theirs():
    text = write(Offer(upstream="small-1"), Offer(upstream="tiny", operation="chat", context_tokens=5), complete=True)
    rows = tomllib.loads(text)["endpoints"]
    assert [(row["model"], row["upstream"]) for row in rows] == [
        ("acme/small", "small-1"),
        ("acme/small", "small-1"),
        ("acme/tiny-2", "tiny"),
    ]
    assert rows[2]["operations"] == ["chat"]
    assert "# A tier of its own." in text
    none = write(Offer(upstream="tiny"), complete=True)
    assert [row["upstream"] for row in tomllib.loads(none)["endpoints"]] == ["tiny"]
    assert "trains_on_data" not in none


def test_a_manifest_in_another_form_is_refused_and_not_guessed_at():
    text = 'endpoints = [{ model = "acme/small", upstream = "small-1" }]\n'
    found = changes(Offer(upstream="small-1", context_tokens=9))
    with pytest.raises(ConfigError, match="line by line"):
        edited(text, found, read="2026-11-25", file="provider.toml")


def test_a_generated_manifest_stays_as_its_generator_would_lay_it_out():
    layout = pytest.importorskip("crossroads_fleet.layout")
    text = layout.render(plain(tomllib.loads(MANIFEST)))
    offers = (Offer(upstream="small-1", context_tokens=8000, prices=Prices(input=3 * MTOK, image=10**15)),
              Offer(upstream="tiny", operation="chat", context_tokens=5))  # fmt: skip
    found = [*changes(*offers, text=text, complete=True)]
    after = edited(text, found, read="2026-11-25", file="provider.toml")
    assert after != text
    assert layout.render(plain(tomllib.loads(after))) == after
