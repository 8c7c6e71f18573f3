"""Turns events of a chat in JSON into commands of the domain: an event has the fields of its command."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import StringConstraints, TypeAdapter, ValidationError
from yarl import URL

from reunite import rules
from reunite.commands import AnswerQuestion, EditReport, GiveVerdict, Look, NewReport, Press, ReportFound, ReportLost
from reunite.entities import IncomingPhoto, Member, PlatformName, ReplyTarget, Settings
from reunite.language import language_of, spoken_language_of

C = TypeVar("C")
Id = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]


DIRECT: Final = "@"
"""A channel that begins with it is the direct conversation of the bot and the member of that id."""


class MalformedError(Exception):
    """An event doesn't fit the protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHeader:
    """The fields of every event: what happened, where, and the member who did it."""

    event: Id
    id: Id
    name: Id
    is_moderator: bool = False
    language: str | None = None
    channel: Id = "lost"
    message: Id | None = None


_OBJECT: Final = TypeAdapter(dict[str, Any])
_SETTINGS: Final = TypeAdapter(Settings)
_HEADER: Final = TypeAdapter(EventHeader)
_PHOTOS: Final = TypeAdapter(tuple[IncomingPhoto, ...])
_OF_REPORT: Final = {"text", "place", "happened_at", "category", "proof_question", "sealed"}
_GIVEN: Final[Mapping[type, Collection[str]]] = {
    ReportFound: _OF_REPORT,
    ReportLost: _OF_REPORT,
    Look: {"text"},
    EditReport: {"text"},
    GiveVerdict: {"kind", "given"},
    Press: {"action", "subject", "words", "code"},
    AnswerQuestion: {"report", "choice"},
}
"""By command, the fields that an event may fill in as they are; all others are ours, or are checked first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event, and the command that it asks for. `key` is its idempotency key."""

    name: str
    key: str
    target: ReplyTarget
    member: Member
    is_moderator: bool
    language: str
    """For what only they see."""
    spoken: str | None
    """The same, for their reports: None if the chat doesn't say it, or we don't speak it."""
    photo_hosts: Collection[str]
    body: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(
        cls, body: Mapping[str, Any], key: str, at: tuple[PlatformName, str], photo_hosts: Collection[str] = ()
    ) -> Self:
        """Read an event `at` a platform's workspace. Raises MalformedError."""
        member = body.get("member")
        header = read(_HEADER, {**body, **(member if isinstance(member, dict) else {})})
        return cls(
            name=header.event,
            key=key,
            target=ReplyTarget(*at, header.channel, header.message),
            member=Member(header.id, header.name),
            is_moderator=header.is_moderator,
            language=language_of(header.language),
            spoken=spoken_language_of(header.language),
            photo_hosts=photo_hosts,
            body=body,
        )

    @property
    def direct(self) -> ReplyTarget:
        """The conversation of the member and the bot: a channel named after the member's id."""
        return replace(self.target, channel=f"{DIRECT}{self.member.id}", message=None)

    def report(self, kind: type[NewReport], *, private: bool) -> NewReport:
        """Return a report; a lost one by command is `private` if the event says nothing else. Raises MalformedError."""
        channel, message = self.target.channel, self.target.message
        by_default = private and message is None and kind is ReportLost
        report = self.command(
            kind,
            source_key=f"{channel}:{message}" if message else self.key,
            private=self.body.get("private", by_default),
            is_kind_told="kind" in self.body,
            language=self.spoken,
        )
        if message and (report.private or report.sealed):
            raise MalformedError("a private or sealed report must not name a message: everyone can see that")
        return replace(report, target=self.direct) if report.private else report

    def look(self) -> Look:
        """Return a search without a report. Raises MalformedError."""
        return self.command(Look, target=replace(self.target, message=None))

    def command(self, kind: type[C], **more: Any) -> C:
        """Return a command with what the event gives and what only we may fill in. Raises MalformedError."""
        ours = {
            "target": self.target,
            "key": self.key,
            "press": self.key,
            "source_key": self.key,
            "member": self.member,
            "author": self.member,
            "is_moderator": self.is_moderator,
            "language": self.language,
            "spoken": self.spoken,
            "posted_at": datetime.now(UTC),
        }
        if (given := self.body.get("photos")) is not None:
            ours["photos"] = self._photos(given)
        given_as_is = {name: self.body[name] for name in _GIVEN[kind] if name in self.body}
        adapter: TypeAdapter[C] = _adapter(kind)  # type: ignore[arg-type] # mypy takes no type[C] for hashable
        return read(adapter, {**given_as_is, **ours, **more})

    def settings(self, now: Settings) -> Settings:
        """Return a workspace's settings with those that the event changes. Raises MalformedError."""
        changed = read(_SETTINGS, asdict(now) | read(_OBJECT, self.body.get("settings")))
        return replace(changed, language=language_of(changed.language))

    def _photos(self, given: Any) -> tuple[IncomingPhoto, ...]:
        photos = read(_PHOTOS, given)
        if not all(self._may_be_fetched(photo) for photo in photos):
            raise MalformedError("photos must be https links to hosts in REUNITE_PHOTO_HOSTS")
        return photos

    def _may_be_fetched(self, photo: IncomingPhoto) -> bool:
        try:
            return photo.data is None and rules.may_be_fetched(URL(photo.url or ""), self.photo_hosts)
        except ValueError:
            return False


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Return what reads a command: building it takes long enough to hold up the event loop."""
    return TypeAdapter(kind)


def read(what: TypeAdapter[C], given: object) -> C:
    """Read a value. Raises MalformedError."""
    try:
        return what.validate_python(given)
    except ValidationError as error:
        raise MalformedError(str(error)) from None
