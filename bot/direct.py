"""Replies that go to their author directly, because their channel or thread takes none."""

from dataclasses import replace

from reunite.language import sentence
from reunite.messages.reply import Plain
from reunite.ports import Outgoing, Sent


def has_moved(outgoing: Outgoing, sent: Sent) -> bool:
    """Return whether a reply in direct messages is there because its own place takes none, and more follow."""
    if outgoing.reply.opens_thread:  # its thread's place is where it was sent; an ended one quotes nobody
        return bool(outgoing.reply.quotes)
    return sent.channel != outgoing.target.channel


def saying_why(outgoing: Outgoing, language: str) -> Outgoing:
    """Return a reply that says at its end why it's in its author's direct messages: notifications show the first."""
    why = Plain(sentence("moved_to_direct", language))
    return replace(outgoing, reply=replace(outgoing.reply, lines=(*outgoing.reply.lines, (why,))))
