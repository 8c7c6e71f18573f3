"""Neutral replies in Discord's form. Pure: nothing is sent from here.

A reply is an embed, and beside it only the mentions that are to ping. The embed's `url` carries the reply's key: an
embed without a title shows no link, yet Discord keeps the address and gives it back with the message, so a reply whose
sending was cut short can be found again. (A nonce is not given back, and two replies of a thread may read the same.)
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast, get_args
from uuid import UUID

import discord

from reunite.entities import ReplyTarget, ReportKind
from reunite.language import date_words, sentence
from reunite.messages.reply import Action, Jump, Line, Person, Plain, Quoted, Reply, ReplyKind, Span, Strong
from reunite.ports import Outgoing

PICTURE_NAME: Final = "photo.jpg"
MOST_QUOTED: Final = 800
"""Characters shown of a member's words, so that even all escaped they fit an embed's 4096 with everything else."""
_MOST_NAME: Final = 80
_MOST_THREAD_NAME: Final = 100  # Discord's limit
_MOST_BUTTON: Final = 80  # too
_ANSWER: Final = re.compile(r"answer:(?P<report>[0-9a-f-]{36}):(?P<choice>\w+)")
_PRESS: Final = re.compile(r"(?P<action>[a-z_]{1,40}):(?P<subject>[0-9a-f-]{36})")
_ACTIONS: Final[frozenset[str]] = frozenset(get_args(Action))
_STYLES: Final = {
    "plain": discord.ButtonStyle.secondary,
    "good": discord.ButtonStyle.success,
    "bad": discord.ButtonStyle.danger,
}
_MARKER: Final = "https://reunite.invalid/"  # a domain that can't exist (RFC 2606)
_FORMATTING: Final = re.compile(r"([\\*_~`|>#\[\]()<:-])")
_ESCAPED: Final = re.compile(r"\\([^\w\s]|_)")
_NUMBERED: Final = re.compile(r"^([^\S\n]*+\d++)\.", re.MULTILINE)
_COLOURS: Final[dict[ReplyKind, discord.Colour]] = {
    "match": discord.Colour.gold(),
    "returned": discord.Colour.green(),
    "problem": discord.Colour.red(),
}


@dataclass(frozen=True, slots=True)
class Pressable:
    """A button: its id, by which a press is understood even after a restart, its words and its colour."""

    id: str
    words: str
    style: discord.ButtonStyle


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message: `content` holds the mentions that ping, everything else is in `embed`."""

    content: str | None
    embed: discord.Embed
    mentions: discord.AllowedMentions
    buttons: tuple[Pressable, ...] = ()

    def view(self) -> discord.ui.View:
        """Return the buttons. Presses come as events of the client, so the library need not remember the view."""
        view = discord.ui.View(timeout=None)
        for each in self.buttons:
            view.add_item(discord.ui.Button(label=each.words, custom_id=each.id, style=each.style))
        view.stop()
        return view


def render(outgoing: Outgoing) -> Rendered:
    """Return a reply as an embed; with a picture it refers to an attachment named `PICTURE_NAME`."""
    reply = outgoing.reply
    pinged = _pinged(reply)
    embed = embed_of(reply)
    embed.url = marker(outgoing.key)
    if outgoing.picture:
        embed.set_thumbnail(url=f"attachment://{PICTURE_NAME}")
    content = " ".join(f"<@{person.member.id}>" for person in pinged) or None
    return Rendered(content, embed, mentions_of(pinged), buttons_of(reply))


def render_private(reply: Reply) -> Rendered:
    """Return a reply for one person's eyes: nobody is pinged, and there is no finding it again."""
    return Rendered(None, embed_of(reply), discord.AllowedMentions.none(), buttons_of(reply))


def embed_of(reply: Reply) -> discord.Embed:
    """Return the words of a reply, without the mentions that are to ping."""
    lines = [_line(line) for line in reply.lines if not all(_pings(span) for span in line)]
    return discord.Embed(description="\n".join(lines), colour=_COLOURS.get(reply.kind))


def buttons_of(reply: Reply) -> tuple[Pressable, ...]:
    """Return what can be done below a reply: the answers to its question, or its own buttons."""
    answers = [(answer_id(reply.asked, each.id), each.words, "plain") for each in reply.choices if reply.asked]
    presses = [(f"{each.action}:{each.subject}", each.words, each.style) for each in reply.buttons]
    return tuple(
        Pressable(which, _clip(words, _MOST_BUTTON), _STYLES[style]) for which, words, style in answers + presses
    )


def press_of(custom_id: str) -> tuple[Action, UUID] | None:
    """Read a button's id: what it does, and about what; None for any other button."""
    found = _PRESS.fullmatch(custom_id)
    return (cast("Action", found["action"]), UUID(found["subject"])) if found and found["action"] in _ACTIONS else None


def answer_id(report: UUID, choice: str) -> str:
    """Return the id of a question's button."""
    return f"answer:{report}:{choice}"


def answer_of(custom_id: str) -> tuple[UUID, str] | None:
    """Read a button's id: the report, and the choice; None for any other button."""
    found = _ANSWER.fullmatch(custom_id)
    return (UUID(found["report"]), found["choice"]) if found else None


def answered(question: discord.Message, custom_id: str) -> discord.Embed:
    """Return a question's embed with the answer that was chosen."""
    embed = question.embeds[0].copy()
    rows = (row for row in question.components if isinstance(row, discord.ActionRow))
    buttons = (each for row in rows for each in row.children if isinstance(each, discord.Button))
    labels = (each.label for each in buttons if each.custom_id == custom_id)
    embed.description = f"{embed.description}\n**{escape(next(labels, None) or '')}**"
    return embed


def mentions_of(people: list[Person]) -> discord.AllowedMentions:
    """Allow just these people to be pinged: no role, not everyone."""
    users = [discord.Object(int(person.member.id)) for person in people]
    return discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=users)


def nonce(key: str) -> str:
    """Return what Discord compares to refuse a message that it was just given: at most 25 characters."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def marker(key: str) -> str:
    """Return the invisible address by which a reply is recognised."""
    return _MARKER + nonce(key)


def thread_name(kind: ReportKind, caption: str, posted: datetime, language: str = "en") -> str:
    """Name a post's thread by its caption, in at most 100 characters."""
    words = " ".join(caption.split()) or sentence("thread_unnamed", language, day=date_words(posted, language))
    return _clip(sentence(f"thread_{kind}", language, what=words), _MOST_THREAD_NAME)


def caption_of(post: discord.Message) -> str:
    """Return the words of a report's post: what a member wrote, or what our own post quotes."""
    quoted = [line[2:] for embed in post.embeds for line in (embed.description or "").splitlines() if line[:2] == "> "]
    return _ESCAPED.sub(r"\1", " ".join(quoted)).replace("\u200b", "") or post.clean_content


def title_of(reply: Reply) -> str:
    """Return the member's words in a reply: what a forum's post is called by."""
    return next((span.text for line in reply.lines for span in line if isinstance(span, Quoted)), "")


def escape(text: str) -> str:
    """Return words so that they can neither format nor mention nor become a link."""
    escaped = _NUMBERED.sub(r"\1\\.", _FORMATTING.sub(r"\\\1", text))
    return discord.utils.escape_mentions(escaped)


def _pings(span: Span) -> bool:
    return isinstance(span, Person) and span.platform == "discord" and span.notify


def _pinged(reply: Reply) -> list[Person]:
    people = {
        span.member.id: span for line in reply.lines for span in line if isinstance(span, Person) and _pings(span)
    }
    return list(people.values())


def _line(line: Line) -> str:
    if len(line) == 1 and isinstance(line[0], Quoted):
        return "\n".join(f"> {each}" for each in _quoted(line[0].text).splitlines())
    return "".join(_span(span) for span in line)


def _span(span: Span) -> str:
    match span:
        case Plain(text):
            return escape(text)  # a file's name or a word of the reason may be in it
        case Strong(text):
            return f"**{text}**"
        case Quoted(text):
            return " ".join(_quoted(text).splitlines())
        case Person(platform, member):
            return f"<@{member.id}>" if platform == "discord" else escape(_clip(member.name, _MOST_NAME))
        case Jump(_, text, target):
            return f"[{text}]({_link(target)})" if target and target.platform == "discord" else text


def _quoted(text: str) -> str:
    """Empty lines go: they would only make the quote taller."""
    lines = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    return escape(_clip(lines, MOST_QUOTED))


def _clip(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _link(target: ReplyTarget) -> str:
    return "/".join(
        [
            "https://discord.com/channels",
            target.workspace,
            target.channel,
            *([target.message] if target.message else []),
        ]
    )
