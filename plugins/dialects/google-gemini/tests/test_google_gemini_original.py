"""What a client of Google's sent, when somebody has looked at it on its way to Google."""

import json

from crossroads_google_gemini import GoogleGemini

from crossroads import jsonbody

DIALECT = GoogleGemini()
TURNS = [
    {"role": "user", "parts": [{"inlineData": {"mimeType": "audio/mpeg", "data": "AAAA"}}, {"text": "What is this?"}]},
    {"role": "model", "parts": [{"text": "A "}, {"text": "bell."}, {"functionCall": {"name": "ring", "args": {}}}]},
    {"role": "function", "parts": [{"functionResponse": {"name": "ring", "response": {"ok": True}}}, {"text": "Rang"}]},
]
BODY = {
    "system_instruction": {"parts": [{"text": "Be "}, {"text": "brief."}]},
    "contents": TURNS,
    "generationConfig": {"temperature": 3, "thinkingConfig": {"thinkingBudget": 99}},
    "safetySettings": [],
}


def decoded():
    opened = DIALECT.open(json.dumps(BODY).encode(), {"model": "gemini-3-flash", "path": ":generateContent"})
    return DIALECT.decode_request(opened)


def sent(request):
    draft = DIALECT.encode_request(request, url="https://g.example/v1", upstream="gemini-3-flash", stream=False)
    return json.loads(jsonbody.encode(draft.document)), draft.lost


def test_unchanged_it_goes_out_as_it_came_in_one_spelling_and_nothing_is_lost():
    document = {**BODY, "systemInstruction": BODY["system_instruction"]}
    del document["system_instruction"]
    assert sent(decoded()) == (document, [])


def test_another_model_of_the_same_request_is_no_change_to_it():
    request = decoded().model_copy(update={"model": "google/gemini-2.5-pro", "stream": True})
    assert sent(request) == sent(decoded())


def test_where_a_setting_was_changed_it_is_sent_and_contents_go_out_as_they_came():
    document, lost = sent(decoded().model_copy(update={"temperature": 5}))
    assert document["contents"] == TURNS
    assert document["systemInstruction"] == BODY["system_instruction"]
    assert document["generationConfig"]["temperature"] == 2
    assert ("temperature", "clamped") in {(note.field, note.how) for note in lost}


def test_where_messages_were_taken_away_the_others_go_out_as_they_came():
    request = decoded()
    document, _ = sent(request.model_copy(update={"messages": request.messages[2:]}))
    assert document["contents"] == TURNS[1:]
    assert "systemInstruction" not in document


def test_a_changed_message_is_written_anew_and_an_answer_still_finds_its_call():
    request = decoded()
    changed = request.messages[3].model_copy(update={"content": "deaf"})
    messages = [*request.messages[:3], changed, *request.messages[4:]]
    document, _ = sent(request.model_copy(update={"messages": messages}))
    answer = {"functionResponse": {"name": "ring", "response": {"output": "deaf"}}}
    assert document["contents"] == [
        *TURNS[:2],
        {"role": "user", "parts": [answer]},
        {"role": "user", "parts": [{"text": "Rang"}]},
    ]
