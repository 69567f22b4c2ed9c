"""Amazon Titan Text: `inputText` and `textGenerationConfig`.

Source: Amazon Bedrock user guide, "Amazon Titan Text models", read 2026-11-25; "FINISH" is what recorded hosts say.
"""

from __future__ import annotations

from crossroads_bedrock_invoke.families.base import (
    Counts,
    Family,
    Json,
    Piece,
    count,
    counted,
    known,
    metrics,
    objects,
    text,
    total,
    with_metrics,
    word,
)

CONFIG = "textGenerationConfig"
PROMPT_COUNT, COMPLETION_COUNT = "inputTextTokenCount", "totalOutputTextTokenCount"


class Titan(Family):
    name = "titan-text"
    prompt = "inputText"
    telling = frozenset({"inputText", CONFIG})
    fields = {
        "max_tokens": (CONFIG, "maxTokenCount"),
        "temperature": (CONFIG, "temperature"),
        "top_p": (CONFIG, "topP"),
        "stop": (CONFIG, "stopSequences"),
    }
    reasons = {
        "FINISH": "stop",
        "FINISHED": "stop",
        "STOP_CRITERIA_MET": "stop",
        "LENGTH": "length",
        "CONTENT_FILTERED": "content_filter",
        "RAG_QUERY_WHEN_RAG_DISABLED": "error",
    }

    def pieces(self, document: Json) -> list[Piece]:
        told = objects(document.get("results"))
        if not told and isinstance(document.get("outputText"), str):
            told = [document]
        return [
            Piece(count(one.get("index")) or at, text(one.get("outputText")), word(one.get("completionReason")))
            for at, one in enumerate(told)
        ]

    def counts(self, document: Json) -> Counts:
        told = counted(document, PROMPT_COUNT, COMPLETION_COUNT)
        whole = Counts(None, total(count(one.get("tokenCount")) for one in objects(document.get("results"))))
        return known(metrics(document), told, whole)

    def reply(self, pieces: list[Piece], counts: Counts) -> Json:
        results = [
            {"tokenCount": counts.completion or 0, "outputText": one.text, "completionReason": one.reason}
            for one in pieces[:1]
        ]
        return {PROMPT_COUNT: counts.prompt or 0, "results": results}

    def event(self, piece: Piece, counts: Counts) -> Json:
        made = {"outputText": piece.text, "index": piece.number, "completionReason": piece.reason}
        return with_metrics({**made, COMPLETION_COUNT: counts.completion, PROMPT_COUNT: counts.prompt}, counts)
