"""The caller's `provider` object: an unknown fact is the worst case, and an unknown wish is an error."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossroads.engine.routing.preferences import Preferences, objection, read_preferences, too_slow
from crossroads.errors import BadRequest
from crossroads.route import Endpoint, EndpointStats, Prices

M = 10**9


def endpoint(**facts):
    return Endpoint(
        id="acme/m", provider="acme", plugin="acme-plugin", provider_name="Acme AI", model="a/b", upstream="m",
        serves={}, tag="acme/turbo", **facts,
    )  # fmt: skip


def read(**document):
    return read_preferences(msgspec.Raw(msgspec.json.encode(document)))


PRIVATE = {"trains_on_data": False, "retains_prompts": False}
PRICED = {"prices": Prices(input=2 * M, output=8 * M)}


@pytest.mark.parametrize(
    ("wish", "facts", "excluded"),
    [
        ({}, {}, False),
        ({"only": ["acme"]}, {}, False),
        ({"only": ["acme-plugin"]}, {}, False),
        ({"only": ["acme/turbo"]}, {}, False),
        ({"only": ["Acme AI"]}, {}, False),
        ({"only": ["other"]}, {}, True),
        ({"only": []}, {}, True),
        ({"ignore": ["acme"]}, {}, True),
        ({"ignore": ["acme/other"]}, {}, False),
        ({"only": ["acme"], "ignore": ["acme"]}, {}, True),
        ({"order": ["other"]}, {}, False),
        ({"order": ["other"], "allow_fallbacks": False}, {}, True),
        ({"order": ["acme"], "allow_fallbacks": False}, {}, False),
        ({"enforce_distillable_text": True}, {}, True),
        ({"enforce_distillable_text": True}, {"distillable": False}, True),
        ({"enforce_distillable_text": True}, {"distillable": True}, False),
        ({"enforce_distillable_text": False}, {}, False),
        ({"data_collection": "allow"}, {}, False),
        ({"data_collection": "deny"}, {}, True),
        ({"data_collection": "deny"}, {"trains_on_data": False}, True),
        ({"data_collection": "deny"}, {"retains_prompts": False}, True),
        ({"data_collection": "deny"}, PRIVATE, False),
        ({"zdr": True}, {}, True),
        ({"zdr": True}, {"retains_prompts": True}, True),
        ({"zdr": True}, {"retains_prompts": False}, False),
        ({"zdr": False}, {"retains_prompts": True}, False),
        ({"quantizations": ["fp8"]}, {"quantization": "fp8"}, False),
        ({"quantizations": ["fp8"]}, {"quantization": "int4"}, True),
        ({"quantizations": ["fp8"]}, {}, True),
        ({"quantizations": ["unknown"]}, {}, False),
        ({"require_parameters": True}, {"supported_parameters": ("tools",)}, False),
        ({"require_parameters": True}, {"supported_parameters": ()}, True),
        ({"max_price": {"prompt": 2}}, PRICED, False),
        ({"max_price": {"prompt": "1.99"}}, PRICED, True),
        ({"max_price": {"completion": 8, "prompt": 2}}, PRICED, False),
        ({"max_price": {"completion": 7.9}}, PRICED, True),
        ({"max_price": {"completion": "1e9999999"}}, PRICED, False),
        ({"max_price": {"completion": "1e999985"}}, PRICED, False),
        ({"max_price": {"prompt": 1000}}, {}, True),
    ],
)
def test_a_wish_excludes_what_it_says_and_whatever_is_not_stated(wish, facts, excluded):
    assert (objection(read(**wish), endpoint(**facts), frozenset({"tools"})) is not None) == excluded


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"colour": "red"}, "provider"),
        ({"only": "acme"}, "provider"),
        ({"data_collection": "maybe"}, "provider.data_collection"),
        ({"max_price": {"colour": 1}}, "provider.max_price"),
        ({"zdr": "yes"}, "provider"),
    ],
)
def test_a_wish_that_can_not_be_honoured_is_an_error_that_names_it(wish, field):
    with pytest.raises(BadRequest) as caught:
        read(**wish)
    assert caught.value.field == field
    assert caught.value.remedy


@pytest.mark.parametrize("price", ["x", "-1", "NaN", "Infinity", -0.5, ""])
def test_a_price_limit_that_is_no_price_is_an_error(price):
    with pytest.raises(BadRequest, match=r"max_price\.prompt"):
        objection(read(max_price={"prompt": price}), endpoint(**PRICED), frozenset())


def test_no_object_and_null_are_no_wish():
    assert read_preferences(None) == read_preferences(msgspec.Raw(b"null")) == Preferences()


@pytest.mark.parametrize(("sort", "strategy"), [("price", "price"), ({"by": "latency"}, "latency"), (None, None)])
def test_sort_names_a_strategy(sort, strategy):
    assert read(sort=sort).strategy == strategy


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "trains_on_data": st.booleans(),
        "retains_prompts": st.booleans(),
        "quantization": st.sampled_from(["fp8", "int4"]),
    },
)
WISHES = st.builds(
    Preferences,
    data_collection=st.sampled_from([None, "deny", "allow"]),
    zdr=st.none() | st.booleans(),
    quantizations=st.none() | st.just(("fp8",)),
    only=st.none() | st.lists(st.sampled_from(["acme", "other"])).map(tuple),
)


@given(WISHES, FACTS, st.sampled_from(["trains_on_data", "retains_prompts", "quantization"]))
def test_to_forget_a_fact_never_lets_an_endpoint_in(wish, facts, forgotten):
    known = objection(wish, endpoint(**facts), frozenset())
    less = {name: value for name, value in facts.items() if name != forgotten}
    if known is not None and facts.get(forgotten) in (False, None):
        assert objection(wish, endpoint(**less), frozenset()) is not None


@pytest.mark.parametrize(
    ("wish", "facts", "excluded"),
    [
        ({"max_price": {"request": 0.01}}, {"prices": Prices(request=10_000_000 * 10**6)}, False),
        ({"max_price": {"request": "0.009"}}, {"prices": Prices(request=10_000_000 * 10**6)}, True),
        ({"max_price": {"image": 1}}, {"input_modalities": ("text",)}, False),
        ({"max_price": {"image": 1}}, {"input_modalities": ("text", "image")}, True),
        ({"quantizations": ["fp8"]}, {"quantization": "mxfp8"}, False),
        ({"quantizations": ["mxfp8"]}, {"quantization": "fp8"}, True),
        ({"only": ["acme-plugin/eu"]}, {"region": "eu"}, False),
        ({"only": ["acme-plugin/us"]}, {"region": "eu"}, True),
    ],
)
def test_units_kin_and_regions(wish, facts, excluded):
    assert (objection(read(**wish), endpoint(**facts), frozenset()) is not None) == excluded


@pytest.mark.parametrize(
    ("wish", "slow"),
    [
        ({"preferred_max_latency": 1.2}, False),
        ({"preferred_max_latency": 0.8}, True),
        ({"preferred_max_latency": {"p50": 1.2, "p90": 0.5}}, True),
        ({"preferred_min_throughput": 45}, False),
        ({"preferred_min_throughput": {"p90": 55}}, True),
    ],
)
def test_a_preferred_speed_is_compared_with_the_last_five_minutes_and_nothing_measured_misses_nothing(wish, slow):
    stats = EndpointStats()
    assert too_slow(read(**wish), stats, 10_000.0) is None
    stats.first_token.record(1.0, 10_000.0)
    stats.speed.record(50.0, 10_000.0)
    assert (too_slow(read(**wish), stats, 10_000.0) is not None) == slow
    assert too_slow(read(**wish), stats, 10_600.0) is None
