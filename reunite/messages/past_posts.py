"""Messages to moderators about the reading of past posts: start, progress and result."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reunite.language import date_words, listed, plural, sentence
from reunite.messages.reply import ChannelLink, Line, Plain, Reply
from reunite.messages.wording import line
from reunite.past_posts import Skipped, Tally


@dataclass(frozen=True, slots=True)
class Summary:
    """Channels by name, the results of their past posts, and the channels that can't be read."""

    channels: tuple[str, ...]
    since: datetime
    tally: Tally
    closed: tuple[str, ...]
    answers: bool = False


def begun(summary: Summary, language: str) -> Reply:
    """Announce the reading, and explain what it means for old threads."""
    about = {"channels": named(summary.channels, language), "since": date_words(summary.since, language)}
    kept = "past_posts_answered" if summary.answers else "past_posts_quiet"
    return Reply("note", (line("past_posts_begun", language, **about), line(kept, language)))


def paused(channel: str, name: str, language: str) -> Reply:
    """Say that the reading of a channel, given by its id and name, waits for a permission of the app."""
    return Reply("note", (line("past_posts_paused", language, channel=ChannelLink(channel, named([name], language))),))


def ended(summary: Summary, language: str) -> Reply:
    """Summarise the result: taken and skipped posts, with reasons, and unreadable channels."""
    lines: list[Line] = [line("past_posts_ended", language, channels=named(summary.channels, language))]
    lines += [(Plain(words),) for words in counts(summary.tally, language)]
    if summary.closed:
        lines.append(line("past_posts_closed", language, channels=named(summary.closed, language)))
    return Reply("note", tuple(lines))


def progress(share: float, tally: Tally, language: str) -> str:
    """Say how far reading is."""
    return " ".join([sentence("past_posts_progress", language, percent=int(100 * share)), *counts(tally, language)])


def counts(tally: Tally, language: str) -> list[str]:
    """Return how many reports there are, and how many messages were skipped for each reason."""
    taken = [plural("past_posts_taken", tally.reports, language)]
    reasons = [
        sentence(f"past_posts_{reason}", language, count=tally.skipped[reason])
        for reason in Skipped
        if tally.skipped[reason]
    ]
    return [*taken, sentence("past_posts_skipped", language, reasons=listed(reasons, language))] if reasons else taken


def named(channels: Iterable[str], language: str) -> str:
    """Return channels as people write them."""
    return listed((f"#{name}" for name in channels), language)
