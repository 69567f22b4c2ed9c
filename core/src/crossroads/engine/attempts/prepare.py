"""From a call and an endpoint to the upstream request: dialect, quirks as data, authentication, last touch.

Law (8): what a quirk does to a parameter of the caller is reported (`call.lost`), never silent. The credential goes to
the manifest's hosts and nowhere else, whatever a hook did to the URL, and not in the clear where its host has TLS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

import msgspec

from crossroads import multipart, native
from crossroads.call import Call, Fields, Lost
from crossroads.config import Secret
from crossroads.dialect import Dialect, Draft
from crossroads.engine.catalog import Instance, auth_headers
from crossroads.engine.requestkeys import BROUGHT, key_for
from crossroads.errors import BadUpstream, CredentialMissing
from crossroads.manifest import Quirk
from crossroads.original import unsaid_by
from crossroads.route import Attempt, Endpoint, KeyStyle
from crossroads.wire import Headers, HttpRequest

Prepare = Callable[[Attempt, HttpRequest], HttpRequest | None]
USER_AGENT = (b"user-agent", b"crossroads/0.1")


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What of an upstream request is known before any call comes: made once per (endpoint, operation)."""

    instance: Instance
    endpoint: Endpoint
    dialect: Dialect
    url: str
    auth: KeyStyle
    headers: Headers
    quirks: tuple[Quirk, ...]
    hook: Prepare | None

    def __repr__(self) -> str:  # `headers` hold the key
        return f"Prepared({self.endpoint.id}, {self.url})"


def prepare_endpoint(
    instance: Instance, endpoint: Endpoint, operation: str, dialect: Dialect, hook: Prepare | None
) -> Prepared:
    """Everything that can be done at start is done here."""
    served = endpoint.serves[operation]
    quirks = tuple(
        quirk
        for quirk in instance.manifest.quirks
        if (not quirk.operations or operation in quirk.operations)
        and (not quirk.models or any(fnmatchcase(endpoint.upstream, model) for model in quirk.models))
    )
    usual = instance.manifest.auth
    auth = served.auth_of(dialect.name) or usual
    extra = {name.lower(): value for quirk in quirks for name, value in quirk.headers.items()}
    extra |= {name.lower(): value for name, value in instance.config.headers.items()}
    return Prepared(
        instance=instance,
        endpoint=endpoint,
        dialect=dialect,
        url=served.url_of(dialect.name),
        auth=auth,
        headers=(
            USER_AGENT,
            *((name.encode(), value.encode()) for name, value in extra.items()),
            *_own_auth(instance, endpoint, auth),
        ),
        quirks=tuple(
            quirk
            for quirk in quirks
            if dialect.name in (quirk.dialects or (served.dialect,))
            and (quirk.rename or quirk.drop or quirk.clamp or quirk.set or quirk.roles)
        ),
        hook=hook,
    )


def _own_auth(instance: Instance, endpoint: Endpoint, auth: KeyStyle) -> Headers:
    """With the key that is configured; none where the caller brings one."""
    if endpoint.account == BROUGHT:
        return ()
    return instance.auth_headers if auth is instance.manifest.auth else auth_headers(auth, instance.secret)


def prepare(call: Call, attempt: Attempt, prepared: Prepared) -> HttpRequest:
    """The request of this attempt. Raises Unsupported, CredentialMissing: this candidate is skipped."""
    instance = prepared.instance
    brought = prepared.endpoint.account == BROUGHT
    secret = key_for(call, prepared.endpoint) if brought else instance.secret
    if secret is None and not instance.manifest.auth.optional and instance.manifest.auth.scheme != "none":
        raise CredentialMissing(
            f"provider {instance.name} has no key.", remedy=f"Set {instance.key_from}, or use another provider."
        )
    draft = _draft(call, attempt, prepared)
    call.lost = draft.lost
    for quirk in prepared.quirks:
        apply_quirk(quirk, draft.document, draft.lost)
    headers = draft.headers
    if draft.form:
        body, kind = multipart.encode_form(draft.document)
        headers = (*headers, (b"content-type", kind.encode()))
    else:
        body = msgspec.json.encode(draft.document) if draft.body is None else draft.body
    request = HttpRequest(
        method="POST",
        url=with_key(draft.url, prepared.auth, secret),
        headers=headers + prepared.headers + (auth_headers(prepared.auth, secret) if brought else ()),
        body=body,
        timeouts=instance.config.timeouts,
        deadline=call.deadline,
        keep_alive=instance.config.keep_alive,
    )
    return _checked(attempt, prepared, request)


def ask_request(
    attempt: Attempt,
    prepared: Prepared,
    url: str,
    deadline: float | None,
    *,
    body: bytes | None = None,
    headers: Headers = (),
    bare: bool = False,
    brought: Secret | None = None,
) -> HttpRequest:
    """A request at this endpoint's hosts for what it has begun: a GET, or with a body a POST. bare: without its key.

    brought: the caller's key, where what it began was begun with that.
    """
    instance, auth = prepared.instance, prepared.auth
    secret = brought if prepared.endpoint.account == BROUGHT else instance.secret
    headers += (USER_AGENT,) if bare else prepared.headers
    if brought is not None and not bare:
        headers += auth_headers(auth, brought)
    request = HttpRequest(
        method="GET" if body is None else "POST",
        url=url if bare else with_key(url, auth, secret),
        headers=headers,
        body=body or b"",
        timeouts=instance.config.timeouts,
        deadline=deadline,
        keep_alive=instance.config.keep_alive,
    )
    return _checked(attempt, prepared, request, bare=bare)


def _checked(attempt: Attempt, prepared: Prepared, request: HttpRequest, *, bare: bool = False) -> HttpRequest:
    """After the provider's last touch (it may add the key: not where none may go): only to hosts of its manifest."""
    instance = prepared.instance
    if prepared.hook is not None and not bare:
        request = prepared.hook(attempt, request) or request
    if not (instance.may_fetch_from(request.url) if bare else instance.may_send_to(request.url)):
        raise BadUpstream(
            f"provider {instance.name} would send to a host that its manifest does not name.",
            remedy=f"Correct `{'media_hosts' if bare else 'hosts'}` in its manifest, or report the package.",
        )
    if not bare and prepared.url.startswith("https:") and not request.url.startswith("https:"):
        raise BadUpstream(
            f"provider {instance.name} would send its key in the clear.", remedy="Report the package, or its host."
        )
    return request


def _draft(call: Call, attempt: Attempt, prepared: Prepared) -> Draft:
    endpoint, dialect = prepared.endpoint, prepared.dialect
    same = dialect.name == call.dialect.name
    if call.typed is None and attempt.request is None and same:
        return dialect.splice_request(call.opened, url=prepared.url, upstream=endpoint.upstream)
    spoken = dialect.speaks(endpoint.upstream)
    whole = call.request() if attempt.request is None else attempt.request
    request, lost = (whole, []) if same else native.request_for(dialect.name, whole, *spoken)
    draft = dialect.encode_request(request, url=prepared.url, upstream=endpoint.upstream, stream=call.stream)
    draft.lost = list(dict.fromkeys([*call.stripped, *attempt.lost, *lost, *unsaid_by(request, *spoken), *draft.lost]))
    return draft


def apply_quirk(quirk: Quirk, document: Fields, lost: list[Lost]) -> None:
    """Change the document as the manifest says, and note what that did to the caller's parameters."""
    for name in quirk.drop:
        if name in document:
            del document[name]
            lost.append(Lost(name, "dropped", "the provider does not understand it"))
    for name, other in quirk.rename.items():
        if name in document:
            value = document.pop(name)
            taken = document.setdefault(other, value) is not value
            lost.append(Lost(name, "dropped" if taken else "renamed", f"the provider calls it {other}"))
    for name, (lowest, highest) in quirk.clamp.items():
        if name in document:
            value = _number(document[name])
            if value is not None and not lowest <= value <= highest:
                document[name] = lowest if value < lowest else highest
                lost.append(Lost(name, "clamped", f"the provider takes {lowest:g} to {highest:g}"))
    for name, fixed in quirk.set.items():
        document.setdefault(name, fixed)
    if quirk.roles and "messages" in document:
        _rename_roles(quirk.roles, document, lost)


def _rename_roles(roles: Mapping[str, str], document: Fields, lost: list[Lost]) -> None:
    """Of a chat's messages. They are read only where one of these roles may stand in them."""
    whole = msgspec.json.encode(document["messages"])
    others = {_text(role): (role, other) for role, other in roles.items()}
    if not any(role in whole for role in others):
        return
    try:
        messages = msgspec.json.decode(whole, type=list[dict[str, msgspec.Raw]])
    except msgspec.MsgspecError:
        return  # no messages: the provider says so
    seen = {}
    for message in messages:
        if (found := others.get(bytes(message.get("role", b"")))) is not None:
            message["role"] = msgspec.Raw(_text(found[1]))
            seen[found[0]] = found[1]
    document["messages"] = messages
    lost += [Lost("messages.role", "renamed", f"the provider calls {role} {other}") for role, other in seen.items()]


def _text(text: str) -> bytes:
    """As it stands in a document."""
    return msgspec.json.encode(text)


def _number(value: Any) -> float | None:
    if isinstance(value, msgspec.Raw):
        value = msgspec.json.decode(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def with_key(url: str, auth: KeyStyle, secret: Secret | None) -> str:
    """The URL with the key in its query, where that is its place."""
    if auth.scheme != "query" or secret is None:
        return url
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{auth.query or 'key'}={quote(secret.reveal(), safe='')}"
