"""A conversation as one prompt, and back: the marks that a maker's models were taught.

Law: `read` gives back only what `write` would write again, to the letter; any other text is a prompt and nothing more.
Text that holds a mark of its template is refused: it would speak for somebody else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Json = dict[str, Any]


class Template(NamedTuple):
    """begin, system (around its text), opens: before the first user's text. asks: after a user's text, where the model
    begins. gap: between that and an answer that is known. next: after an answer, before the next user's text.
    """

    asks: str
    next: str
    begin: str = ""
    system: tuple[str, str] = ("", "\n\n")
    opens: str = ""
    gap: str = " "
    marks: tuple[str, ...] = ()
    """What else no message may hold, beside `asks` and `next`."""

    def forbidden(self, text: str) -> str | None:
        """The mark that stands in this text; None: there is none."""
        marks = (*self.marks, self.asks.strip(" "), self.next.strip(" "))
        return next((mark for mark in marks if mark in text), None)

    def write(self, system: str, turns: list[str]) -> str:
        """turns: of user and model, the user's first. After the last the model goes on, also inside its own."""
        made = self.begin + (self.system[0] + system + self.system[1] if system else "") + self.opens
        for at, text in enumerate(turns):
            if at % 2:
                made += self.gap + text
            else:
                made += (self.next if at else "") + text + self.asks
        return made

    def read(self, prompt: str) -> list[Json] | None:
        """The messages of a prompt that is written so; None: it is not."""
        if not prompt.startswith(self.begin):
            return None
        system, rest = self._system(prompt.removeprefix(self.begin))
        if not rest.startswith(self.opens):
            return None
        turns: list[str] = []
        for at, turn in enumerate(rest.removeprefix(self.opens).split(self.next)):
            asked, mark, answer = turn.partition(self.asks)
            if not mark:
                return None
            turns.append(asked)
            if answer or at < rest.count(self.next, len(self.opens)):
                turns.append(answer.removeprefix(self.gap))
        if self.write(system, turns) != prompt or any(self.forbidden(text) for text in (system, *turns)):
            return None
        told = [{"role": "system", "content": system}] if system else []
        return [*told, *({"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(turns))]

    def _system(self, rest: str) -> tuple[str, str]:
        """The text of the system prompt, and what comes after it. Where nothing marks it, it is the first user's."""
        before, after = self.system
        if before:
            if rest.startswith(before) and after in rest:
                text, _, rest = rest.removeprefix(before).partition(after)
                return text, rest
        elif self.opens and not rest.startswith(self.opens):
            text, mark, tail = rest.partition(after + self.opens)
            if mark:
                return text, self.opens + tail
        return "", rest


TURNS = Template(asks="\nBot:", next="\nUser: ", opens="User: ")
"""Where a maker names no marks of its own: Titan's, which others follow too."""
