"""`POST /v3/chat`: messages for a bot, whose id is the model; its answer comes in events.

Every reply is taken from its stream: otherwise a chat is begun, asked for until done, and its messages are fetched.
Source: pkg:pypi/cozepy@0.20.0 (chat/__init__.py: Message, Chat, ChatEventType, ChatClient), read 2026-11-25.
"""

from __future__ import annotations

from typing import Any

import msgspec
from crossroads_openai_chat.errors import embedded_error
from crossroads_openai_chat.reply import broken, whole
from crossroads_openai_chat.request import hashed_user
from crossroads_openai_chat.textchat import Ask, Json, Said, TextChat
from crossroads_openai_chat.turns import without_system
from crossroads_openai_chat.worded import counted_at

from crossroads.call import Lost
from crossroads.errors import UpstreamError
from crossroads.sse import ServerEvent
from crossroads.types.usage import Usage

NOBODY = "crossroads"
"""The user of a call that names none: Coze wants one."""
TYPES = {"user": "question", "assistant": "answer"}
DELTA, COMPLETED = "conversation.message.delta", "conversation.chat.completed"
FAILED, WANTS_TOOLS, ERROR = "conversation.chat.failed", "conversation.chat.requires_action", "error"


class CozeChat(TextChat):
    """See `crossroads_openai_chat.textchat`."""

    name = "coze-chat"
    upstream_path = "/v3/chat"
    vendor = "Coze"
    reads = frozenset({"user"})
    gathered = True

    def asked(self, ask: Ask) -> Json:
        user = ask.fields.get("user")
        if user is not None:
            ask.lost.append(Lost("user", "emulated", "sent as a hash, so that the upstream can't tell who it is"))
        return {
            "bot_id": ask.upstream,
            "user_id": NOBODY if user is None else hashed_user(user),
            "stream": True,
            "auto_save_history": False,
            "additional_messages": [
                {"role": role, "type": TYPES[role], "content": text, "content_type": "text"}
                for role, text in without_system(ask.turns, ask.lost)
            ],
        }

    def heard(self, event: ServerEvent) -> Said | None:
        name = event.name
        if name == DELTA:
            message = whole(event.data)
            text = message.get("content")
            return Said(text=text) if message.get("type") == "answer" and isinstance(text, str) else None
        if name == COMPLETED:
            chat = whole(event.data)
            named = chat.get("id")
            return Said(ended=True, usage=_usage(chat), id=named if isinstance(named, str) else None)
        if name == FAILED:
            raise _refused(whole(event.data).get("last_error"))
        if name == WANTS_TOOLS:
            raise broken("the bot waits for a tool of its user, which no call here can bring.")
        if name == ERROR:
            raise _refused(whole(event.data))
        return None

    def told(self, document: Json) -> Said | None:
        raise _refused(document)


def _refused(told: Any) -> UpstreamError:
    """Of `{"code", "msg"}`."""
    error = {"message": told.get("msg"), "code": told.get("code")} if isinstance(told, dict) else {}
    if not isinstance(error.get("message"), str) or not error["message"]:
        return broken("the provider's reply has no answer.")
    return embedded_error(msgspec.json.encode({"error": error}), error)


def _usage(chat: Json) -> Usage | None:
    read, written = counted_at(chat, "usage.input_count"), counted_at(chat, "usage.output_count")
    return None if read is None or written is None else Usage(input_tokens=read, output_tokens=written)
