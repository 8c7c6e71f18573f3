"""`reunite try`: the main job once, with files instead of a chat."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from cli.errors import UsageError
from cli.servers import Servers
from cli.trial import Trial, trial
from reunite.entities import Match, Report, ReportKind
from reunite.messages import wording
from reunite.messages.reply import Reply


@dataclass(frozen=True, slots=True)
class Find:
    """A found post: a photo's file and an optional caption."""

    photo: Path
    caption: str = ""

    @classmethod
    def parse(cls, argument: str) -> "Find":
        """Read `photo.jpg` or `photo.jpg::caption`. Raises UsageError where there is no such file."""
        path, _, caption = argument.partition("::")
        return cls(existing(Path(path)), caption)


@dataclass(frozen=True, slots=True)
class _Outcome:
    encoder: str
    reports: list[tuple[Report, str | None]]
    matches: Sequence[Match]
    threads: dict[str, list[Reply]]


def existing(path: Path) -> Path:
    """Return the path. Raises UsageError where there is no such file."""
    if not path.is_file():
        msg = f"There is no photo at {path}."
        raise UsageError(msg)
    return path


async def try_once(where: Servers, finds: Sequence[Find], words: str, photo: Path | None, *, as_json: bool) -> None:
    """Post the finds, then the loss, and print the threads as people would see them."""
    async with trial(where) as trial_run:
        outcome = await _run(trial_run, finds, words, photo)
    if as_json:
        print(json.dumps(_json(outcome), ensure_ascii=False))
    else:
        _print(outcome)


async def _run(trial_run: Trial, finds: Sequence[Find], words: str, photo: Path | None) -> _Outcome:
    names: list[str | None] = [str(find.photo) for find in finds]
    reports = [
        await trial_run.report(ReportKind.FOUND, f"found-{number}", text=find.caption, photos=[find.photo])
        for number, find in enumerate(finds, start=1)
    ]
    await trial_run.settle()
    lost = await trial_run.report(ReportKind.LOST, "lost", text=words, photos=[photo] if photo else [])
    await trial_run.settle()
    async with trial_run.session() as session:
        now = [await session.reports.get(report.id) or report for report in (*reports, lost)]
        threads = {report.target.channel + f" · {report.id}": await session.outbox.thread(report.id) for report in now}
        matches = await session.matches.of(lost.id)
    return _Outcome(
        trial_run.encoder, list(zip(now, [*names, str(photo) if photo else None], strict=True)), matches, threads
    )


def _json(outcome: _Outcome) -> dict[str, Any]:
    photos = {report.id: photo for report, photo in outcome.reports}
    return {
        "encoder": outcome.encoder,
        "reports": [
            {"id": str(report.id), "kind": report.kind, "state": report.state, "photo": photo}
            for report, photo in outcome.reports
        ],
        "matches": [
            {
                "found": str(match.found),
                "photo": photos[match.found],
                "probability": round(match.probability, 4),
                "label": match.label,
                "why": wording.why_words(match.why),
            }
            for match in outcome.matches
        ],
    }


def _print(outcome: _Outcome) -> None:
    console = Console()
    console.print(f"Encoder: {escape(outcome.encoder)}", style="dim")
    for (report, photo), replies in zip(outcome.reports, outcome.threads.values(), strict=True):
        title = f"#{report.kind} · {escape(photo or report.text)}"
        body = "\n\n".join(escape(reply.text()) for reply in replies if not reply.opens_thread) or "(no answer)"
        console.print(Panel(body, title=title, title_align="left"))
    for number, match in enumerate(outcome.matches, start=1):
        photo = next(photo for report, photo in outcome.reports if report.id == match.found)
        line = f"{number}. {photo}: {match.probability:.0%} {wording.label_word(match.label)}"
        console.print(escape(line), style="bold" if match.label else "dim")


def run(where: Servers, finds: Sequence[str], words: str, photo: Path | None, *, as_json: bool) -> None:
    """Check the arguments and run it."""
    parsed = [Find.parse(argument) for argument in finds]
    if not words.strip() and photo is None:
        raise UsageError("Say what was lost: --lost WORDS, --lost-photo FILE, or both.")
    asyncio.run(try_once(where, parsed, words, existing(photo) if photo else None, as_json=as_json))
