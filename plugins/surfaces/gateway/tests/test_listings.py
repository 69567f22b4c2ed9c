"""The listings over HTTP: every field that OpenRouter's clients need, filters, pages, keys, generations."""

import hashlib

import pytest

from crossroads.testing import Answer

KEY, OTHER = "sk-cr-v1-" + "a" * 40, "sk-cr-v1-" + "b" * 40
KEYS = [
    {"name": "app", "hash": hashlib.sha256(KEY.encode()).hexdigest(), "label": "sk-cr-v1-aaa...aaa"},
    {"name": "other", "hash": hashlib.sha256(OTHER.encode()).hexdigest()},
    {"name": "old", "hash": hashlib.sha256(b"old").hexdigest(), "disabled": True},
]
PATHS = [
    "/models",
    "/models/count",
    "/models/user",
    "/models/acme/small/endpoints",
    "/model/acme/small",
    "/embeddings/models",
    "/providers",
    "/generation?id=x",
    "/key",
    "/auth/key",
]


def words(text: str) -> set[str]:
    return set(text.split())


MODEL_FIELDS = words(
    "id canonical_slug name created context_length architecture pricing top_provider per_request_limits"
    " default_parameters supported_parameters supported_voices links"
)
ENDPOINT_FIELDS = words(
    "name model_id model_name context_length pricing provider_name tag quantization max_completion_tokens"
    " max_prompt_tokens supported_parameters uptime_last_5m uptime_last_30m uptime_last_1d supports_implicit_caching"
    " latency_last_30m throughput_last_30m service_tier native_tools supports_diarization supports_tool_choice"
)
KEY_FIELDS = words(
    "allowed_data_regions budgets byok_usage byok_usage_daily byok_usage_monthly byok_usage_weekly creator_user_id"
    " effective_budget free_model_daily_requests include_byok_in_limit is_free_tier is_management_key"
    " is_provisioning_key label limit limit_remaining limit_reset organization_id rate_limit usage usage_daily"
    " usage_monthly usage_weekly workspace_id"
)
GENERATION_FIELDS = words(
    "api_type app_id cache_discount cancelled created_at data_region external_user finish_reason generation_time"
    " http_referer id is_byok latency model moderation_latency native_finish_reason native_tokens_cached"
    " native_tokens_completion native_tokens_completion_images native_tokens_prompt native_tokens_reasoning num_fetches"
    " num_input_audio_prompt num_media_completion num_media_prompt num_search_results origin preset_id provider_name"
    " provider_responses router service_tier streamed tokens_completion tokens_prompt total_cost upstream_id"
    " upstream_inference_cost usage user_agent web_search_engine workspace_id"
)


def test_models_have_every_field_that_clients_need(gateway):
    listed = get(gateway, "/models")
    assert (listed["total_count"], listed["links"]) == (3, {"next": None})
    rows = {row["id"]: row for row in listed["data"]}
    for row in rows.values():
        assert not MODEL_FIELDS - row.keys()
    small = rows["acme/small"]
    assert small["pricing"] == {"prompt": "0.0000001", "completion": "0.0000004"}
    assert (small["context_length"], small["created"]) == (8192, 1767312000)
    assert small["architecture"]["modality"] == "text->text"
    assert small["links"] == {"details": "/api/v1/models/acme/small/endpoints"}
    unpriced = rows["beta/unpriced"]
    assert unpriced["pricing"] == {"prompt": "-1", "completion": "-1"}
    assert (unpriced["context_length"], unpriced["supported_parameters"]) == (None, [])


def test_one_model_and_its_endpoints(gateway):
    assert get(gateway, "/model/acme/small")["data"]["id"] == "acme/small"
    found = get(gateway, "/models/acme/small/endpoints")["data"]
    assert found["id"] == "acme/small"
    (endpoint,) = found["endpoints"]
    assert not ENDPOINT_FIELDS - endpoint.keys()
    assert (endpoint["provider_name"], endpoint["tag"], endpoint["uptime_last_30m"]) == ("acme", "acme", None)
    for path in ("/models/acme/none/endpoints", "/model/acme/none"):
        assert get(gateway, path, status=404)["error"]["code"] == 404


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("sort=pricing-low-to-high", ["acme/small", "acme/large", "beta/unpriced"]),
        ("sort=pricing-high-to-low", ["acme/large", "acme/small", "beta/unpriced"]),
        ("sort=context-high-to-low", ["acme/small", "acme/large", "beta/unpriced"]),
        ("sort=newest&q=ACME", ["acme/small", "acme/large"]),
        ("q=priced", ["beta/unpriced"]),
        ("supported_parameters=temperature,max_tokens", ["acme/small", "acme/large"]),
        ("supported_parameters=temperature,tools", []),
        ("providers=beta", ["beta/unpriced"]),
        ("model_authors=beta,none", ["beta/unpriced"]),
        ("context=9000", []),
        ("distillable=true", ["beta/unpriced"]),
        ("distillable=false", ["acme/small", "acme/large"]),
        ("output_modalities=image", []),
        ("output_modalities=all&input_modalities=text&limit=2", ["acme/small", "acme/large"]),
        ("offset=2&limit=1000000", ["beta/unpriced"]),
        ("offset=99", []),
        ("a_word_of_tomorrow=1&limit=1", ["acme/small"]),
    ],
)
def test_models_can_be_filtered_sorted_and_paged(gateway, query, ids):
    assert [row["id"] for row in get(gateway, f"/models?{query}")["data"]] == ids


def test_a_page_names_the_next_one_with_the_same_query(gateway):
    first = get(gateway, "/models?q=e&limit=2")
    assert first["links"]["next"] == "/api/v1/models?q=e&limit=2&offset=2"
    reply = gateway.http.get(first["links"]["next"])
    assert [row["id"] for row in reply.json()["data"]] == ["beta/unpriced"]
    assert get(gateway, "/models/count?q=acme")["data"]["count"] == 2


@pytest.mark.parametrize(
    "query", ["sort=best", "limit=0", "limit=-1", "limit=x", "offset=1e3", "offset=99999999999", "zdr=true", "limit=²"]
)
def test_a_query_that_can_not_be_answered_is_a_400(gateway, query):
    error = get(gateway, f"/models?{query}", status=400)["error"]
    assert query.partition("=")[0] in error["message"]


def test_embedding_models_are_those_that_only_embed(gateway):
    assert get(gateway, "/embeddings/models")["data"] == []


def test_providers(gateway):
    acme, beta = get(gateway, "/providers")["data"]
    assert (acme["slug"], beta["slug"]) == ("acme", "beta")
    assert {"name", "privacy_policy_url", "terms_of_service_url", "status_page_url"} <= acme.keys()


def test_a_generation_tells_tokens_cost_and_attempts(gateway):
    id = gateway.ask(model="acme/small").json()["id"]
    data = get(gateway, f"/generation?id={id}")["data"]
    assert not GENERATION_FIELDS - data.keys()
    assert (data["tokens_prompt"], data["tokens_completion"], data["total_cost"]) == (12, 5, 0.0000032)
    assert (data["model"], data["provider_name"], data["finish_reason"]) == ("acme/small", "acme", "stop")
    assert data["provider_responses"][0]["status"] == 200
    unpriced = gateway.ask(model="beta/unpriced").json()["id"]
    assert get(gateway, f"/generation?id={unpriced}")["data"]["total_cost"] is None
    assert get(gateway, "/generation?id=gen-0-unknown", status=404)["error"]["code"] == 404
    assert get(gateway, "/generation", status=400)["error"]["code"] == 400


def test_the_local_key_shows_what_was_spent(start):
    with start() as gateway:
        gateway.ask()
        gateway.ask(model="beta/unpriced")
        data = get(gateway, "/key")["data"]
        assert not KEY_FIELDS - data.keys()
        assert data == get(gateway, "/auth/key")["data"]
        spent = 0.0000032
        assert [data[name] for name in ("usage", "usage_daily", "usage_weekly", "usage_monthly")] == [spent] * 4
        assert (data["label"], data["limit"], data["unpriced_requests"]) == ("local", None, 1)


def test_with_keys_everything_but_health_needs_one(start):
    with start(keys=KEYS) as gateway:
        for path in PATHS:
            for headers in (
                {},
                {"authorization": "Bearer wrong"},
                {"authorization": f"Basic {KEY}"},
                {"x-api-key": "old"},
            ):
                reply = gateway.http.get(f"/api/v1{path}", headers=headers)
                assert reply.status_code == 401, path
                assert reply.json()["error"]["code"] == 401
        for body in (b"not json", b"x" * 100_000):
            reply = gateway.http.post("/v1/chat/completions", content=body)
            assert reply.status_code == 401
        assert gateway.ask().status_code == 401
        assert not gateway.upstream.requests
        for path in ("/", "/health", "/ready"):
            assert gateway.http.get(path).status_code == 200


@pytest.mark.parametrize(
    "header", [{"authorization": f"Bearer {KEY}"}, {"authorization": f"bearer {KEY}"}, {"x-api-key": KEY}]
)
def test_a_key_opens_all_of_it(start, header):
    with start(keys=KEYS) as gateway:
        gateway.http.headers.update(header)
        for path in PATHS:
            assert gateway.http.get(f"/api/v1{path}").status_code in (200, 404), path
        gateway.upstream.default = Answer()
        assert gateway.ask().status_code == 200
        assert get(gateway, "/key")["data"]["label"] == "sk-cr-v1-aaa...aaa"
        assert get(gateway, "/key")["data"]["usage"] == 0.0000032


def test_anothers_generation_is_like_an_unknown_one(start):
    with start(keys=KEYS) as gateway:
        mine, theirs = {"x-api-key": KEY}, {"x-api-key": OTHER}
        call = {"model": "acme/small", "messages": [{"role": "user", "content": "hi"}]}
        id = gateway.http.post("/v1/chat/completions", json=call, headers=mine).json()["id"]
        assert gateway.http.get(f"/v1/generation?id={id}", headers=mine).status_code == 200
        other = gateway.http.get(f"/v1/generation?id={id}", headers=theirs)
        unknown = gateway.http.get(f"/v1/generation?id={id[:-1]}", headers=theirs)
        assert (other.status_code, other.text.replace(id, "")) == (404, unknown.text.replace(id[:-1], ""))


def test_the_official_sdk_reads_every_listing(gateway):
    openrouter = pytest.importorskip("openrouter")
    id = gateway.ask().json()["id"]
    url = f"http://127.0.0.1:{gateway.port}/api/v1"
    with openrouter.OpenRouter(server_url=url, api_key="any", retry_config=None) as sdk:
        assert len(sdk.models.list().result.data) == 3
        assert sdk.models.count().data.count == 3
        assert sdk.endpoints.list(author="acme", slug="small").data.endpoints[0].provider_name == "acme"
        assert sdk.providers.list().data[0].slug == "acme"
        assert sdk.api_keys.get_current_key_metadata().data.label == "local"
        assert sdk.generations.get_generation(id=id).data.total_cost == 0.0000032


def get(gateway, path: str, *, status: int = 200):
    reply = gateway.http.get(f"/api/v1{path}")
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    return reply.json()
