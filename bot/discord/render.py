"""Neutral replies in Discord's form. Pure.

A reply is an embed. If it pings someone, the mentions and its first line stand outside, because a notification shows
only what is outside an embed. The embed's `url` carries the reply's key: an embed without a title shows no link, but
Discord returns the address with the message, so a reply whose sending was interrupted can be found again. (Discord
doesn't return a nonce, and two replies of a thread may read the same.)
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import discord

from bot.discord.button_ids import answer_id, in_guild, press_id
from bot.discord.command_names import name_for_all, name_for_one
from bot.discord.markup import escape, without_emphasis
from reunite.entities import ReplyTarget, ReportKind
from reunite.language import date_words, on_one_line, sentence, shortened
from reunite.messages.reply import (
    ChannelLink,
    Command,
    Jump,
    Line,
    Moment,
    Person,
    Plain,
    Quoted,
    Reply,
    ReplyKind,
    Small,
    Span,
    Strong,
)
from reunite.ports import Outgoing
from reunite.text.controls import without_controls
from reunite.text.headlines import says_what_happened

PICTURE_NAME: Final = "photo.jpg"
MAX_QUOTED: Final = 800
"""Characters shown of a member's words: even if each is escaped, an embed's have room for everything else."""
_MAX_DESCRIPTION: Final = 4096
"""Characters of an embed. Where many quotes are long, its end is cut off, because Discord would refuse all of it."""
_MAX_CONTENT: Final = 2000
"""Characters of a message outside its embeds."""
_MAX_NAME: Final = 80
_MAX_THREAD_NAME: Final = 100  # Discord's limits
_MAX_BUTTON: Final = 80
_STYLES: Final = {
    "plain": discord.ButtonStyle.secondary,
    "good": discord.ButtonStyle.success,
    "bad": discord.ButtonStyle.danger,
}
_TIMES: Final = {"day": "D", "moment": "f", "posted": "R"}
"""Discord's styles of timestamps, which each reader sees in their own zone and language."""
_MARKER: Final = "https://reunite.invalid/"  # a domain that can't exist (RFC 2606)
_COLOURS: Final[dict[ReplyKind, discord.Colour]] = {
    "match": discord.Colour.gold(),
    "returned": discord.Colour.green(),
    "problem": discord.Colour.red(),
}

CommandNaming = Callable[[Command], str]


@dataclass(frozen=True, slots=True)
class RenderedButton:
    """A button; its id says what a press means, even after a restart."""

    id: str
    words: str
    style: discord.ButtonStyle


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message: `content` has the mentions that ping and the reply's first line, `embed` the rest."""

    content: str | None
    embed: discord.Embed
    mentions: discord.AllowedMentions
    buttons: tuple[RenderedButton, ...]

    def words(self) -> str:
        """Return everything that it says, for where the bot may not embed."""
        said = "\n".join(filter(None, (self.content, self.embed.description)))
        return shortened(said, _MAX_CONTENT).strip()

    def view(self) -> discord.ui.View:
        """Return the buttons. Presses come as events of the client, so the library doesn't keep the view."""
        view = discord.ui.View(timeout=None)
        for button in self.buttons:
            view.add_item(discord.ui.Button(label=button.words, custom_id=button.id, style=button.style))
        view.stop()
        return view


def render(outgoing: Outgoing, language: str, *, direct: bool = False) -> Rendered:
    """Return a reply as an embed; with a picture it refers to an attachment named `PICTURE_NAME`.

    `language` is that of the picture's description. `direct` is for a direct message, whose buttons name the guild.
    """
    reply = outgoing.reply
    pinged = _pinged(reply)
    lines = _lines(reply, name_for_all)
    calls, first = [f"<@{person.member.id}>" for person in pinged], ""
    if calls and len(lines) > 1:  # an embed without words would be dropped, and the key with it
        first = lines.pop(0)
        calls = [call for call in calls if call not in first]
    content = "\n".join(filter(None, (" ".join(calls), first)))
    embed = _embed(lines, reply, marker(outgoing.key))
    if outgoing.picture:
        embed = pictured(embed, reply, language)
    mentions = mentions_of([discord.Object(int(person.member.id)) for person in pinged])
    buttons = buttons_of(reply, outgoing.target.workspace if direct else "")
    return Rendered(content or None, embed, mentions, buttons)


def render_private(reply: Reply) -> Rendered:
    """Return a reply that one person sees: nobody is pinged, and it has no marker."""
    embed = _embed(_lines(reply, name_for_one), reply)
    return Rendered(None, embed, discord.AllowedMentions.none(), buttons_of(reply))


def pictured(embed: discord.Embed, reply: Reply, language: str) -> discord.Embed:
    """Return a reply's embed with the attached picture, and what a screen reader says of it."""
    if reply.gallery:
        shows, part = "gallery", "image"
    elif reply.kind == "report_post":
        shows, part = "post", "image"
    else:
        shows, part = "match", "thumbnail"
    described = sentence(f"picture_of_{shows}", language)
    # The library has no parameter for an image's description.
    picture = {part: {"url": f"attachment://{PICTURE_NAME}", "description": described}}
    return discord.Embed.from_dict(embed.to_dict() | picture)


def _lines(reply: Reply, named: CommandNaming) -> list[str]:
    """Return the words of a reply, without lines that only ping."""
    shown = reply.with_live_jumps(_is_here).lines
    return [_line(line, named) for line in shown if not all(_pings(span) for span in line)]


def _embed(lines: Sequence[str], reply: Reply, url: str | None = None) -> discord.Embed:
    words = shortened("\n".join(lines), _MAX_DESCRIPTION)
    return discord.Embed(description=words, colour=_COLOURS.get(reply.kind), url=url)


def buttons_of(reply: Reply, guild: str = "") -> tuple[RenderedButton, ...]:
    """Return the choices of a reply's question, then its buttons; their ids name `guild` if it's given."""
    choices = [(answer_id(reply.asked, choice.id), choice.words, "plain") for choice in reply.choices if reply.asked]
    buttons = [(press_id(button.action, button.subject), button.words, button.style) for button in reply.buttons]
    return tuple(
        RenderedButton(
            in_guild(custom_id, guild) if guild else custom_id,
            shortened(without_controls(words), _MAX_BUTTON),
            _STYLES[style],
        )
        for custom_id, words, style in choices + buttons
    )


def with_answer(question: discord.Message, custom_id: str) -> discord.Embed:
    """Return a question's embed with the label of the pressed button below."""
    embed = question.embeds[0].copy() if question.embeds else discord.Embed()  # someone may have removed it
    rows = (row for row in question.components if isinstance(row, discord.ActionRow))
    buttons = (child for row in rows for child in row.children if isinstance(child, discord.Button))
    label = next((button.label for button in buttons if button.custom_id == custom_id), None)
    answer = f"\n**{escape(label or '')}**"
    embed.description = shortened(embed.description or "", _MAX_DESCRIPTION - len(answer)) + answer
    return embed


def mentions_of(users: Sequence[discord.abc.Snowflake]) -> discord.AllowedMentions:
    """Allow pings to these people only: to no role, and not to everyone."""
    return discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=users)


def nonce(key: str) -> str:
    """Return what Discord compares to refuse a repeated message: at most 25 characters."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def marker(key: str) -> str:
    """Return the invisible address that identifies a reply."""
    return _MARKER + nonce(key)


def thread_name(kind: ReportKind | None, caption: str, posted: datetime, language: str = "en") -> str:
    """Name a post's thread by its caption, or else by its day; it says the kind of report, if that is known."""
    said = shortened(" ".join(without_emphasis(without_controls(caption)).split()), _MAX_THREAD_NAME)
    if kind is None or says_what_happened(said, kind):
        return said or _day(posted, language)
    return shortened(sentence(f"thread_{kind}", language, what=said or _day(posted, language)), _MAX_THREAD_NAME)


def _day(posted: datetime, language: str) -> str:
    return sentence("thread_unnamed", language, day=date_words(posted, language))


def title_of(reply: Reply) -> str:
    """Return the member's words in a reply: the title of a forum post."""
    return next((span.text for line in reply.lines for span in line if isinstance(span, Quoted)), "")


def _pings(span: Span) -> bool:
    return isinstance(span, Person) and span.platform == "discord" and span.notify


def _pinged(reply: Reply) -> list[Person]:
    people = {
        span.member.id: span for line in reply.lines for span in line if isinstance(span, Person) and _pings(span)
    }
    return list(people.values())


def _line(line: Line, named: CommandNaming) -> str:
    if len(line) == 1 and isinstance(line[0], Quoted):
        return "\n".join(f"> {quoted}" for quoted in _quoted(line[0].text).splitlines())
    return "".join(_span(span, named) for span in line)


def _span(span: Span, named: CommandNaming) -> str:  # noqa: PLR0911 - one for each kind of span
    match span:
        case Plain(text):
            return escape(text)  # it may contain a file's name, or a member's word
        case Strong(text):
            inner = text.strip()  # bold begins and ends with a character
            return text.replace(inner, f"**{escape(inner)}**", 1)
        case Small(text):
            return f"-# {escape(text)}"
        case Quoted(text):
            return on_one_line(_quoted(text))
        case Person(platform, member):
            return f"<@{member.id}>" if platform == "discord" else escape(shortened(member.name, _MAX_NAME))
        case Moment(at, _, style):
            return f"<t:{int(at.timestamp())}:{_TIMES[style]}>"
        case ChannelLink(channel):
            return f"<#{channel}>"
        case Jump(_, text, target):
            return f"[{text}]({_link(target)})" if target and _is_here(target) else text
        case Command():
            return escape(named(span))


def _quoted(text: str) -> str:
    """Drop empty lines, which would only make the quote taller."""
    lines = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    return escape(shortened(lines, MAX_QUOTED))


def _is_here(target: ReplyTarget) -> bool:
    return target.platform == "discord"


def _link(target: ReplyTarget) -> str:
    return "/".join(filter(None, ("https://discord.com/channels", target.workspace, target.channel, target.message)))
