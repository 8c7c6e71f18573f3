"""Reports and matches in words, in the moderator's language and their workspace's time zone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from db.items import Item
from reunite.entities import Match, PhotoState, Report
from reunite.language import date_words, day_words, moment_words, sentence, shortened, words_in
from reunite.messages import wording
from reunite.messages.reply import Line, words_of
from reunite.text.moments import with_plain_moments

_MAX_TITLE: Final = 90
_PLATFORMS: Final = {"api": "HTTP API"}


@dataclass(frozen=True, slots=True)
class Formatting:
    """What templates say about the domain's entities."""

    language: str
    zone: ZoneInfo

    def said(self, report: Report) -> str:
        """Return all of a report's words, or its title if it has none."""
        return with_plain_moments(report.text) or self.title(report)

    def title(self, report: Report) -> str:
        """Return a report's words, or what a sealed one is called if it has none."""
        if report.text:
            return shortened(" ".join(with_plain_moments(report.text).split()), _MAX_TITLE)
        if report.sealed:
            return sentence(f"category_{report.category}", self.language)
        return words_in(self.language).board["no_words"]

    def platform(self, report: Report) -> str:
        """Return where a report was posted."""
        name = report.target.platform
        return words_in(self.language).board["local_page"] if name == "web" else _PLATFORMS.get(name, name.title())

    @staticmethod
    def link(report: Report) -> str:
        """Return the address of a report's post, or else of its channel; empty if a moderator can't open it."""
        target = report.target
        match target.platform:
            case "discord":
                places = (target.workspace, target.channel, target.message)
                return "/".join(("https://discord.com/channels", *filter(None, places)))
            case "slack" if target.channel.startswith("D"):  # a conversation with the bot
                return ""
            case "slack" if report.address and target.message:
                # As in docs.slack.dev/reference/methods/chat.getPermalink (read 2026-11-30).
                return f"{report.address}archives/{target.channel}/p{target.message.replace('.', '')}"
            case "slack":
                return f"https://slack.com/app_redirect?team={target.workspace}&channel={target.channel}"
            case _:
                return ""

    @staticmethod
    def photos(item: Item) -> list[UUID]:
        return [photo.id for photo in item.photos if photo.state is PhotoState.STORED]

    def day(self, at: datetime) -> str:
        return day_words(at.astimezone(self.zone), self.language)

    def date(self, day: date) -> str:
        return date_words(datetime(day.year, day.month, day.day, tzinfo=self.zone), self.language)

    def moment(self, at: datetime) -> str:
        return moment_words(at.astimezone(self.zone), self.language)

    def day_of(self, report: Report) -> str:
        """Return the day on which it happened, or else was reported."""
        if report.happened_on:
            return day_words(report.happened_on, self.language)
        return self.day(report.happened_at or report.reported_at)

    def happened(self, report: Report) -> str:
        """Return when it happened, as exactly as its author said."""
        if report.happened_on or not report.happened_at:
            return self.day_of(report)
        return self.moment(report.happened_at)

    def label(self, match: Match) -> str:
        """Return a match's label, with the percentage if it may be shown."""
        if match.label is None:
            return ""
        return "".join(map(words_of, wording.certainty(match, self.language)))

    def why(self, match: Match) -> list[str]:
        """Return the reasons one by one."""
        return [wording.why_words((reason,), self.language) for reason in match.why]

    @staticmethod
    def line(line: Line) -> str:
        return "".join(map(words_of, line))
