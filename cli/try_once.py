"""`reunite try`: the whole flow once, with files instead of a chat."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.panel import Panel

from cli.context import run_async
from cli.errors import UsageError
from cli.escaping import escaped
from cli.progress import say
from cli.servers import Servers
from cli.tables import Terminal
from cli.trial import Trial, running_trial
from reunite.entities import Match, Report, ReportKind
from reunite.messages import wording
from reunite.messages.reply import Reply


@dataclass(frozen=True, slots=True)
class FoundItem:
    """What to post as a found report: a photo's file and an optional caption."""

    photo: Path
    caption: str = ""

    @classmethod
    def parse(cls, argument: str) -> "FoundItem":
        """Parse `photo.jpg` or `photo.jpg::caption`. Raises UsageError if there is no such file."""
        path, _, caption = argument.partition("::")
        return cls(existing(Path(path)), caption)


@dataclass(frozen=True, slots=True)
class _Result:
    encoder: str
    reports: list[tuple[Report, str | None]]
    """The reports, each with its photo's file."""
    matches: Sequence[Match]
    threads: dict[str, list[Reply]]


def existing(path: Path) -> Path:
    """Return the path. Raises UsageError if there is no such file."""
    if not path.is_file():
        raise UsageError(f"There's no photo at {path}.")
    return path


def run(where: Servers, found: Sequence[str], words: str, photo: Path | None, *, as_json: bool) -> None:
    """Post the found items, then the lost report, and print the threads as people would see them."""
    items = [FoundItem.parse(argument) for argument in found]
    if not words.strip() and photo is None:
        raise UsageError("Say what was lost: --lost WORDS, --lost-photo FILE, or both.")
    result = run_async(_post_all(where, items, words, existing(photo) if photo else None))
    if as_json:
        print(json.dumps(_json(result)))
    else:
        _print(result)


async def _post_all(where: Servers, items: Sequence[FoundItem], words: str, photo: Path | None) -> _Result:
    async with running_trial(where, REUNITE_GIVE_WAY="false") as trial:
        reports = [
            await trial.report(ReportKind.FOUND, f"found-{number}", text=item.caption, photos=[item.photo])
            for number, item in enumerate(items, start=1)
        ]
        say("Looking at the found items …")
        await trial.settle()
        say("Searching …")
        lost = await trial.report(ReportKind.LOST, "lost", text=words, photos=[photo] if photo else [])
        await trial.settle()
        photos: list[str | None] = [*(str(item.photo) for item in items), str(photo) if photo else None]
        return await _result(trial, [*reports, lost], photos)


async def _result(trial: Trial, reports: Sequence[Report], photos: Sequence[str | None]) -> _Result:
    async with trial.session() as session:
        current = [await session.reports.get(report.id) or report for report in reports]
        threads = {
            f"{report.target.channel} · {report.id}": await session.outbox.thread(report.id) for report in current
        }
        matches = await session.matches.of(reports[-1].id)
    return _Result(trial.encoder, list(zip(current, photos, strict=True)), matches, threads)


def _json(result: _Result) -> dict[str, Any]:
    photos = {report.id: photo for report, photo in result.reports}
    shown = {tile.match for thread in result.threads.values() for reply in thread for tile in reply.gallery}
    return {
        "encoder": result.encoder,
        "reports": [
            {"id": str(report.id), "kind": report.kind, "state": report.state, "photo": photo}
            for report, photo in result.reports
        ],
        "matches": [
            {
                "found": str(match.found),
                "photo": photos[match.found],
                "probability": round(match.probability, 4),
                "label": wording.label_word(match.label) if match.label else None,
                "shown": match.id in shown,
                "why": wording.why_words(match.why),
            }
            for match in result.matches
        ],
    }


def _print(result: _Result) -> None:
    console = Terminal()
    for (report, photo), replies in zip(result.reports, result.threads.values(), strict=True):
        title = f"#{report.kind} · {escape(escaped(photo or report.text))}"
        shown = [reply.with_live_jumps(lambda _: False).text() for reply in replies if not reply.opens_thread]
        body = "\n\n".join(escape(words) for words in shown if words) or "(no reply)"
        console.print(Panel(body, title=title, title_align="left"))
    for number, match in enumerate(result.matches, start=1):
        photo = next(photo for report, photo in result.reports if report.id == match.found)
        line = f"{number}. {photo}: {_certainty(match)}"
        console.print(escape(line), style="bold" if match.label else "dim")


def _certainty(match: Match) -> str:
    label = wording.label_word(match.label)
    return (
        f"{label} ({wording.percentage(match.label, match.probability)}%)" if match.label and match.percent else label
    )
