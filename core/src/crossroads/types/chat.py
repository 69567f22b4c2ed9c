"""The canonical chat request, response and chunk: OpenAI's chat completions as OpenRouter extends them.

Requests are validated models; responses and chunks are plain JSON documents, described here for whoever reads them.
Sources: OpenRouter OpenAPI schemas `ChatRequest`, `ChatResult`, `ChatStreamChunk`, and its API reference, read
2026-11-24; OpenAI's API reference for what it still takes from 2023 (functions, function_call, function messages).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from pydantic import Field, Tag

from crossroads.types.base import CacheControl, Kept, Loose, OtherTagged, Routed, Sampled, by_type

# content parts


class TextPart(Loose):
    type: Literal["text"]
    text: str
    cache_control: CacheControl | None = None


class ImageUrl(Loose):
    """url: http(s) or a data URL."""

    url: str
    detail: str | None = None


class ImagePart(Loose):
    type: Literal["image_url"]
    image_url: ImageUrl | str  # OpenAI takes the bare URL too (recorded, 2026-11-24)
    cache_control: CacheControl | None = None


class InputAudio(Loose):
    """data: base64."""

    data: str
    format: str | None = None


class AudioPart(Loose):
    type: Literal["input_audio"]
    input_audio: InputAudio
    cache_control: CacheControl | None = None


class FileRef(Loose):
    """file_data: a data URL or an http(s) URL."""

    filename: str | None = None
    file_data: str | None = None
    file_id: str | None = None


class FilePart(Loose):
    type: Literal["file"]
    file: FileRef
    cache_control: CacheControl | None = None


class VideoUrl(Loose):
    url: str


class VideoPart(Loose):
    type: Literal["video_url", "input_video"]
    video_url: VideoUrl | None = None
    cache_control: CacheControl | None = None


Part = Annotated[
    Annotated[TextPart, Tag("text")]
    | Annotated[ImagePart, Tag("image_url")]
    | Annotated[AudioPart, Tag("input_audio")]
    | Annotated[FilePart, Tag("file")]
    | Annotated[VideoPart, Tag("video_url")]
    | OtherTagged,
    by_type("text", "image_url", "input_audio", "file", "video_url"),
]
Content = str | list[Part]

# messages


class FunctionCall(Loose):
    """arguments: JSON text as the model wrote it, not checked."""

    name: str
    arguments: str


class ToolCall(Loose):
    id: str | None = None
    type: str | None = None
    function: FunctionCall | None = None


class SystemMessage(Kept):
    role: Literal["system", "developer"]
    content: Content
    name: str | None = None


class UserMessage(Kept):
    role: Literal["user"]
    content: Content
    name: str | None = None


class AssistantMessage(Kept):
    """As a reply gave it: reasoning_details must come back unmodified."""

    role: Literal["assistant"]
    content: Content | None = None
    name: str | None = None
    refusal: str | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None
    reasoning_details: list[dict[str, Any]] | None = None
    tool_calls: list[ToolCall] | None = None
    function_call: FunctionCall | None = None
    annotations: list[dict[str, Any]] | None = None
    images: list[dict[str, Any]] | None = None
    audio: dict[str, Any] | None = None


class ToolMessage(Kept):
    role: Literal["tool"]
    content: Content | None = None
    tool_call_id: str | None = None
    name: str | None = None


class FunctionMessage(Loose):
    role: Literal["function"]
    name: str
    content: Content | None = None


Message = Annotated[
    SystemMessage | UserMessage | AssistantMessage | ToolMessage | FunctionMessage, Field(discriminator="role")
]

# tools and formats


class Function(Loose):
    """parameters: a JSON Schema."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class FunctionTool(Loose):
    type: Literal["function"]
    function: Function
    cache_control: CacheControl | None = None


Tool = Annotated[Annotated[FunctionTool, Tag("function")] | OtherTagged, by_type("function")]


class NamedFunction(Loose):
    name: str


class NamedToolChoice(Loose):
    type: str
    function: NamedFunction | None = None


class JsonSchema(Loose):
    name: str | None = None
    description: str | None = None
    schema_: dict[str, Any] | None = Field(None, alias="schema")
    strict: bool | None = None


class ResponseFormat(Loose):
    """type: text, json_object, json_schema, grammar, python."""

    type: str
    json_schema: JsonSchema | None = None
    grammar: str | None = None


class Reasoning(Loose):
    """effort: max, xhigh, high, medium, low, minimal, none. max_tokens: of thinking."""

    effort: str | None = None
    max_tokens: int | None = None
    exclude: bool | None = None
    enabled: bool | None = None
    summary: str | None = None


class Prediction(Loose):
    type: str
    content: Content


class WebSearchOptions(Loose):
    search_context_size: str | None = None


class Plugin(Loose):
    id: str
    enabled: bool | None = None


class ChatRequest(Routed, Sampled, Kept):
    """See the module. `prompt` alone is a chat of one user message."""

    messages: list[Message] = Field(default_factory=list)
    prompt: str | None = None
    plugins: list[Plugin] | None = None
    route: str | None = None
    preset: str | None = None
    transforms: list[str] | None = None
    usage: dict[str, Any] | None = None
    debug: dict[str, Any] | None = None

    max_completion_tokens: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None

    tools: list[Tool] | None = None
    tool_choice: str | NamedToolChoice | None = None
    parallel_tool_calls: bool | None = None
    max_tool_calls: int | None = None
    stop_server_tools_when: list[dict[str, Any]] | None = None
    functions: list[Function] | None = None
    function_call: str | NamedFunction | None = None
    response_format: ResponseFormat | None = None
    structured_outputs: bool | None = None
    prediction: Prediction | None = None

    reasoning: Reasoning | None = None
    reasoning_effort: str | None = None
    include_reasoning: bool | None = None
    verbosity: str | None = None

    modalities: list[str] | None = None
    audio: dict[str, Any] | None = None
    image_config: dict[str, Any] | None = None
    web_search_options: WebSearchOptions | None = None
    service_tier: str | None = None
    cache_control: CacheControl | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: dict[str, Any] | None = None


# documents that go back


class ReplyMessage(TypedDict, total=False):
    """A whole message, or (as `delta`) what a chunk adds. tool_calls of a delta carry `index`."""

    role: str
    content: str | None
    refusal: str | None
    reasoning: str | None
    reasoning_details: list[dict[str, Any]]
    tool_calls: list[dict[str, Any]]
    annotations: list[dict[str, Any]]
    images: list[dict[str, Any]]
    audio: dict[str, Any]
    native: dict[str, Any]


class ReplyChoice(TypedDict, total=False):
    """finish_reason: stop, length, tool_calls, content_filter, error, or None. message in a reply, delta in a chunk."""

    index: int
    message: ReplyMessage
    delta: ReplyMessage
    finish_reason: str | None
    native_finish_reason: str | None
    logprobs: dict[str, Any] | None


class ChatDocument(TypedDict, total=False):
    """A response (`object` "chat.completion") or a chunk ("chat.completion.chunk"). created: UTC seconds.

    usage: in a stream at most in its last chunk, which has no choices.
    """

    id: str
    object: str
    created: int
    model: str
    provider: str
    system_fingerprint: str | None
    service_tier: str | None
    choices: list[ReplyChoice]
    usage: dict[str, Any]
    native: dict[str, Any]
