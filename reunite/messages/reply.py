"""Replies before a platform gives them its form: lines of spans, a picture, and what can be done with them.

Only `Quoted` carries a member's words; adapters escape it so that it can neither format nor ping. A reply knows which
reports it quotes from what it is made of, and so do the outbox and everything that deletes (docs/decisions/0020).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal, cast, get_args
from uuid import UUID

from reunite.entities import Account, Label, Member, ReplyTarget, ReportState
from reunite.text.moments import with_plain_moments

_SEPARATOR: Final = " · "
"""The separator between the parts of a line."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Our own words."""

    text: str


@dataclass(frozen=True, slots=True)
class Ask(Plain):
    """Our own words that ask for something: the line has no point once the report is returned or has ended."""


@dataclass(frozen=True, slots=True)
class PhotoHint(Ask):
    """Our own words that ask for a better photo, and their language: the line has no point once there is one."""

    language: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Our own words, set off; `label` is set where they name a match's label."""

    text: str
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Small:
    """Our own words in small print: a line of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A member's words, and the report that they belong to."""

    text: str
    report: UUID


@dataclass(frozen=True, slots=True)
class Person:
    """A member. On their own platform this is a mention, and pings them if `notify`; elsewhere it is their name.

    `report` is theirs, where that is why they are named; None for a moderator.
    """

    platform: str
    member: Member
    notify: bool = False
    report: UUID | None = None
    workspace: str | None = None
    """The workspace of their account."""

    @classmethod
    def at(cls, place: ReplyTarget, member: Member, *, notify: bool = False, report: UUID | None = None) -> "Person":
        """Name a member of a place's workspace."""
        return cls(place.platform, member, notify, report, place.account(member).workspace)

    @classmethod
    def of(cls, account: Account, name: str) -> "Person":
        """Name the holder of an account; `name` is empty once it was deleted."""
        return cls(account.platform or "", Member(account.id, name), workspace=account.workspace)

    def may_be(self, account: Account) -> bool:
        """Return whether someone is named: by their account, or by its id where the workspace isn't known."""
        same = (self.platform, self.member.id) == (account.platform, account.id)
        return same and self.workspace in {None, account.workspace}


@dataclass(frozen=True, slots=True)
class Jump:
    """A link to a report's post. Delivery fills in `target`; if it stays None, only the text is shown."""

    report: UUID
    text: str
    target: ReplyTarget | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, which each reader sees in their own time zone; `text` is the fallback.

    `posted` is one that just passed more often than not: each platform says "today" or "5 minutes ago" as it can.
    """

    at: datetime
    text: str
    style: Literal["day", "moment", "posted"] = "moment"


@dataclass(frozen=True, slots=True)
class ChannelLink:
    """A channel of the reply's workspace, as a link if the platform has one; `text` is the fallback."""

    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command to use, in a sentence of this language; each platform names it as people see it there."""

    name: str
    language: str

    @property
    def text(self) -> str:
        """The command as it's typed where it has one name."""
        return f"/{self.name}"


Span = Plain | Ask | PhotoHint | Strong | Small | Quoted | Person | Jump | Moment | ChannelLink | Command
Line = tuple[Span, ...]
ReplyKind = Literal[
    "report_post",
    "first_reply",
    "match",
    "nothing",
    "problem",
    "returned",
    "reopened",
    "rejected",
    "question",
    "thanks",
    "expired",
    "claim",
    "handover",
    "log",
    "note",
    "look",
]
Action = Literal[
    "mine",
    "not_mine",
    "look_for_it",
    "look_for_owner",
    "i_lost_it",
    "i_found_it",
    "pick",
    "none_of_these",
    "none_fits",
    "look_mine",
    "look_page",
    "look_report",
    "confirm",
    "reject",
    "release",
    "see_claim",
    "accept_claim",
    "reject_claim",
    "got_back",
    "handed_over",
    "where_is_it",
    "whereabouts",
    "proof_question",
    "withdraw",
    "extend",
    "add_photo",
    "add_detail",
    "forget",
    "reminders_off",
    "reminders_on",
    "remove_samples",
]
"""What a button does. `mine`, `not_mine`, `pick`, `confirm`, `reject`, `release`, `got_back`, `handed_over`,
`where_is_it`, `look_mine` and `look_page` are about a match, those with `claim` about a claim, `forget` about a
workspace, those with `reminders` about nothing but the member, `look_for_it` and `look_for_owner` about the post that
they answer, `remove_samples` about all samples of the workspace, all others about a report. `look_page` shows the page
that begins with its match in place of the reply."""
_ACTIONS: Final[frozenset[str]] = frozenset(get_args(Action))


def action_of(name: str) -> Action | None:
    """Return the action of this name; None if there's none."""
    return cast("Action", name) if name in _ACTIONS else None


CONFIDENTIAL: Final[frozenset[Action]] = frozenset({"see_claim", "where_is_it"})
"""Actions that show a proof, or where an item is kept and its code: never in a message that stays."""
FILES_LOOK: Final[frozenset[Action]] = frozenset({"look_mine", "look_report"})
"""What turns a search without a report into one, whose thread is where `/lost` would put it."""
_LASTING: Final[frozenset[Action]] = frozenset(
    {
        *("look_mine", "look_page", "look_report", "confirm", "reject", "release", "accept_claim", "reject_claim"),
        *("forget", "reminders_off", "reminders_on", "remove_samples"),
    }
)
"""What can still be done once a report is returned or has ended."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer as a button: the value that is sent back, and the words on it, which may be quoted from `reports`."""

    id: str
    words: str
    reports: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Button:
    """A button: its action, its subject, and the words on it."""

    action: Action
    subject: UUID
    words: str
    style: Literal["plain", "good", "bad"] = "plain"


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo to show, and the report that it belongs to."""

    photo: UUID
    report: UUID


@dataclass(frozen=True, slots=True)
class Tile:
    """A numbered found report of a gallery: the match that it would be, its label, and its photo, if it has one."""

    number: int
    match: UUID
    report: UUID
    label: Label | None = None
    photo: UUID | None = None
    over: bool = False
    """Nothing about the match is left to decide: it was declined, or the item isn't there any more."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the bot. With a `match`, people can give verdicts on it.

    A reply of kind `question` asks the author of the report `asked`, who answers by one of `choices`.
    """

    kind: ReplyKind
    lines: tuple[Line, ...]
    match: UUID | None = None
    picture: Picture | None = None
    asked: UUID | None = None
    choices: tuple[Choice, ...] = ()
    buttons: tuple[Button, ...] = ()
    about: frozenset[UUID] = frozenset()
    """Reports without which it has no point, whether it quotes them or not."""
    opens_thread: bool = False
    """It is the post that the bot writes for a report: the report's thread is below it."""
    gallery: tuple[Tile, ...] = ()
    """Found reports shown as numbered pictures; each has a line of its own that links to it."""
    language: str = ""
    """A gallery's language, used when single lines of it change: the community may have chosen another one since."""

    @property
    def quotes(self) -> frozenset[UUID]:
        """The reports whose words, names or photos it shows, and those that it is about."""
        return self.about.union(self._quoted())

    def _quoted(self) -> Iterator[UUID]:
        for line in self.lines:
            yield from (span.report for span in line if isinstance(span, Quoted | Person) and span.report)
        for choice in self.choices:
            yield from choice.reports
        if self.picture:
            yield self.picture.report
        if self.asked:
            yield self.asked
        yield from (tile.report for tile in self.gallery)

    def without(self, reports: Collection[UUID], gone: str) -> "Reply | None":
        """Return the part that may stay once reports are deleted: all, all but choices and tiles, or nothing (None).

        `gone` is what a tile's line then says.
        """
        for kept in (self, replace(self, choices=()), self._without_tiles(reports, gone)):
            if kept.quotes.isdisjoint(reports):
                return kept
        return None

    def _without_tiles(self, reports: Collection[UUID], words: str) -> "Reply":
        """Return a gallery without tiles; once it has no others, nobody can answer it."""
        gone = {tile.report: tile for tile in self.gallery if tile.report in reports}
        kept = tuple(tile for tile in self.gallery if tile.report not in gone)
        over = {tile.match for tile in gone.values()}
        lines = [_gone_tile(line, gone, words) for line in self.lines]
        buttons = [button for button in self.buttons if button.subject not in over]
        if not kept:
            lines = [line for line in lines if not any(isinstance(span, Ask) for span in line)]
            buttons = [button for button in buttons if button.action not in {"none_of_these", "none_fits"}]
        rest = replace(self, gallery=kept, lines=tuple(lines), buttons=tuple(buttons))
        return rest if rest.shows_match else rest.without_small_print()

    @property
    def shows_match(self) -> bool:
        """Whether a gallery still shows a match."""
        return any(tile.label and not tile.over for tile in self.gallery)

    def without_small_print(self) -> "Reply":
        """Return the reply without what it says in small print."""
        return self._without_lines_of(Small)

    def without_photo_hint(self) -> "Reply":
        """Return the reply without its wish for a better photo."""
        return self._without_lines_of(PhotoHint)

    def _without_lines_of(self, kind: type[Small | PhotoHint]) -> "Reply":
        return replace(
            self, lines=tuple(line for line in self.lines if not any(isinstance(part, kind) for part in line))
        )

    def requoted(self, report: UUID, before: str, now: str) -> "Reply":
        """Return the reply with a report's new words in the place of the old ones; without any, their line goes."""
        old, new = Quoted(before, report), Quoted(now, report)
        kept = [line for line in self.lines if now or old not in line]
        return replace(self, lines=tuple(tuple(new if span == old else span for span in line) for line in kept))

    def with_line(self, before: Line, now: Line) -> "Reply":
        """Return the reply with a line in the place of another one."""
        return replace(self, lines=tuple(now if line == before else line for line in self.lines))

    def without_photos(self, photos: Collection[UUID]) -> "Reply":
        """Return the reply without photos that are gone."""
        picture = None if self.picture and self.picture.photo in photos else self.picture
        gallery = tuple(replace(tile, photo=None) if tile.photo in photos else tile for tile in self.gallery)
        return replace(self, picture=picture, gallery=gallery)

    def without_person(self, account: Account, word: str) -> "Reply":
        """Return the reply with a word in the place of someone."""
        first = word[0].upper() + word[1:]
        lines = tuple(
            tuple(
                Plain(word if number else first) if isinstance(span, Person) and span.may_be(account) else span
                for number, span in enumerate(line)
            )
            for line in self.lines
        )
        return replace(self, lines=lines)

    def in_report_state(self, state: ReportState) -> "Reply":
        """Return what its report's thread shows of the reply: nothing that no longer does anything.

        Once a report is returned, only the news of that has a button, which undoes it; after its end, nothing asks.
        """
        has_ended = state in {ReportState.WITHDRAWN, ReportState.EXPIRED}
        if not has_ended and (self.kind == "returned") == (state is ReportState.RETURNED):
            return self
        kept = tuple(line for line in self.lines if not any(isinstance(span, Ask | Small) for span in line))
        buttons = tuple(button for button in self.buttons if button.action in _LASTING)
        return replace(self, lines=kept or self.lines, choices=(), buttons=buttons)

    def with_mentions_in(self, workspace: str) -> "Reply":
        """Return the reply as a workspace can show it: it doesn't know the ids of people of another one."""

        def named(span: Span) -> Span:
            is_elsewhere = isinstance(span, Person) and span.workspace not in {None, workspace}
            return Plain(words_of(span)) if is_elsewhere else span

        return replace(self, lines=tuple(tuple(map(named, line)) for line in self.lines))

    def without_pings(self) -> "Reply":
        """Return the reply without the lines that only address someone."""
        return replace(self, lines=tuple(line for line in self.lines if not (line and all(map(_pings, line)))))

    def with_targets(self, targets: Mapping[UUID, ReplyTarget]) -> "Reply":
        """Return the reply with its jumps resolved where `targets` (by report) knows them."""
        lines = tuple(
            tuple(replace(span, target=targets.get(span.report)) if isinstance(span, Jump) else span for span in line)
            for line in self.lines
        )
        return replace(self, lines=lines)

    def with_live_jumps(self, is_live: Callable[[ReplyTarget], bool]) -> "Reply":
        """Return the reply without "jump to the post" where its reader can't follow; a jump in a sentence stays."""

        def is_dead(span: Span) -> bool:
            return isinstance(span, Jump) and not (span.target and is_live(span.target))

        return replace(self, lines=tuple(kept for line in self.lines if (kept := _without_jumps(line, is_dead))))

    def jumps(self) -> set[UUID]:
        """Return the reports that the reply links to."""
        return {span.report for line in self.lines for span in line if isinstance(span, Jump)}

    def people(self, platform: str) -> tuple[str, ...]:
        """Return the ids of the members of a platform whom the reply names, each once."""
        return tuple(dict.fromkeys(person.member.id for person in self._people() if person.platform == platform))

    @property
    def named(self) -> frozenset[str]:
        """The ids of everyone whom the reply names."""
        return frozenset(person.member.id for person in self._people())

    def _people(self) -> list[Person]:
        return [span for line in self.lines for span in line if isinstance(span, Person)]

    def text(self) -> str:
        """Return the plain text, for terminals, test logs and notifications."""
        return "\n".join("".join(words_of(span) for span in line) for line in self.lines)


def _without_jumps(line: Line, is_dead: Callable[[Span], bool]) -> Line:
    """Return a line without dead jumps that are a part of their own, between separators or at an end."""
    for place, span in enumerate(line):
        before, after = line[:place], line[place + 1 :]
        if is_dead(span) and _ends_part(before[-1:]) and _begins_part(after[:1]):
            if before:
                before = _with_words(before[:-1], words_of(before[-1]).removesuffix(_SEPARATOR))
            elif after:
                after = (*_with_words((), words_of(after[0]).removeprefix(_SEPARATOR)), *after[1:])
            return _without_jumps((*before, *after), is_dead)
    return line


def _ends_part(before: Line) -> bool:
    """Whether what comes before a span separates it, or nothing does."""
    return not before or (isinstance(before[0], Plain) and before[0].text.endswith(_SEPARATOR))


def _begins_part(after: Line) -> bool:
    return not after or (isinstance(after[0], Plain) and after[0].text.startswith(_SEPARATOR))


def _with_words(line: Line, words: str) -> Line:
    return (*line, Plain(words)) if words else line


def _pings(span: Span) -> bool:
    return isinstance(span, Person) and span.notify


def _gone_tile(line: Line, gone: Mapping[UUID, Tile], words: str) -> Line:
    """Return words in place of a tile's line, which keeps its number."""
    tile = next((gone[span.report] for span in line if isinstance(span, Jump) and span.report in gone), None)
    return (Strong(str(tile.number)), Plain(f"  {words}")) if tile else line


def words_of(span: Span) -> str:
    match span:
        case Person(_, member):
            return member.name
        case Quoted(text):
            return with_plain_moments(text)
        case _:
            return span.text


_SPANS: Final = {
    "plain": Plain,
    "ask": Ask,
    "photo_hint": PhotoHint,
    "strong": Strong,
    "small": Small,
    "quoted": Quoted,
    "person": Person,
    "jump": Jump,
    "moment": Moment,
    "channel": ChannelLink,
    "command": Command,
}
_NAMES: Final[dict[type, str]] = {span: name for name, span in _SPANS.items()}


def to_json(reply: Reply) -> dict[str, Any]:
    """Return the reply as JSON-ready values."""
    values: dict[str, Any] = _ready(reply)
    if not reply.language:
        del values["language"]  # so that replies from before it was stored are still the same
    return values


def _ready(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case frozenset():
            return sorted(map(str, value))
        case tuple():
            return [_ready(part) for part in value]
    if not is_dataclass(value):
        return value
    kind = {"is": _NAMES[type(value)]} if type(value) in _NAMES else {}
    return kind | {field.name: _ready(getattr(value, field.name)) for field in fields(value)}


def from_json(data: Mapping[str, Any]) -> Reply:
    """Read what `to_json` wrote."""
    reply: Reply = _read(Reply, data)
    return reply


def _read(kind: type[Any], data: Mapping[str, Any]) -> Any:
    return kind(
        **{field.name: _read_value(field.name, data[field.name]) for field in fields(kind) if field.name in data}
    )


def _read_value(name: str, value: Any) -> Any:
    read = _READERS.get(name)
    return value if read is None or value is None else read(value)


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(("match", "asked", "subject", "report", "photo"), UUID),
    **dict.fromkeys(("about", "reports"), lambda ids: frozenset(map(UUID, ids))),
    "label": Label,
    "at": datetime.fromisoformat,
    "member": lambda member: Member(**member),
    "target": lambda target: ReplyTarget(**target),
    "picture": partial(_read, Picture),
    "lines": lambda lines: tuple(tuple(_read(_SPANS[span["is"]], span) for span in line) for line in lines),
    "choices": lambda choices: tuple(_read(Choice, choice) for choice in choices),
    "buttons": lambda buttons: tuple(_read(Button, button) for button in buttons),
    "gallery": lambda tiles: tuple(_read(Tile, tile) for tile in tiles),
}
"""Reads what is no plain value in JSON, by the names of fields."""
