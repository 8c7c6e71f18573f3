"""Replies that go to their author directly, because their channel or thread takes none."""

from dataclasses import replace

from reunite.language import sentence
from reunite.messages.reply import Plain
from reunite.ports import Outgoing


def saying_why(outgoing: Outgoing, language: str) -> Outgoing:
    """Return a reply with a line that says why it's in its author's direct messages."""
    why = Plain(sentence("moved_to_direct", language))
    return replace(outgoing, reply=replace(outgoing.reply, lines=((why,), *outgoing.reply.lines)))
