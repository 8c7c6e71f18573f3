"""`reunite match`: ranks a labelled set through the same intake, store, search and scoring as the bot."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from cli.errors import UsageError
from cli.servers import Servers
from cli.trial import Trial, trial
from reunite.entities import ReportKind

MOST_RESULTS: Final = 20
_UNANSWERED: Final = 64
"""How many reports may wait for the worker before the next is posted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One post of a set. The answers (`matches`) are not even read."""

    id: str
    photos: tuple[Path, ...]
    text: str
    place: str
    at: datetime | None


def read_rows(path: Path) -> list[Row]:
    """Read a JSON-lines file of a set. Raises UsageError where a line isn't of the format."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        msg = f"{path} can't be read: {error.strerror}."
        raise UsageError(msg) from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(_row(json.loads(line), path.parent))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                msg = f"{path}, line {number} is not a post of a set: {error!r}."
                raise UsageError(msg) from error
    return rows


def _row(data: Mapping[str, Any], folder: Path) -> Row:
    at = datetime.fromisoformat(data["at"]) if data.get("at") else None
    return Row(
        id=str(data["id"]),
        photos=tuple(folder / photo for photo in data.get("photos") or ()),
        text=data.get("text") or "",
        place=data.get("place") or "",
        at=at if at is None or at.tzinfo else at.replace(tzinfo=UTC),
    )


async def match_set(where: Servers, gallery: Sequence[Row], queries: Sequence[Row]) -> list[dict[str, Any]]:
    """Post the gallery, then the queries, and return the prediction of each query."""
    async with trial(where) as trial_run:
        found = await post_rows(trial_run, ReportKind.FOUND, gallery)
        lost = await post_rows(trial_run, ReportKind.LOST, queries)
        names = {report: row.id for row, report in zip(gallery, found, strict=True)}
        return [await _prediction(trial_run, row, report, names) for row, report in zip(queries, lost, strict=True)]


async def post_rows(trial_run: Trial, kind: ReportKind, rows: Sequence[Row]) -> list[UUID]:
    """Post reports, wait until the worker has answered them all, and return their ids."""
    reports = []
    with progress_bar(f"{kind} reports", len(rows)) as progress:
        for row in rows:
            report = await trial_run.report(kind, row.id, text=row.text, place=row.place, at=row.at, photos=row.photos)
            reports.append(report.id)
            while (waiting := await trial_run.unfinished()) > _UNANSWERED:
                progress(len(reports) - waiting)
                await asyncio.sleep(0.05)
        while waiting := await trial_run.unfinished():
            progress(len(reports) - waiting)
            await asyncio.sleep(0.05)
        progress(len(reports))
    return reports


async def _prediction(trial_run: Trial, row: Row, report: UUID, names: Mapping[UUID, str]) -> dict[str, Any]:
    async with trial_run.session() as session:
        matches = await session.matches.of(report)
    results = [{"id": names[match.found], "probability": match.probability, "label": match.label} for match in matches]
    return {"id": row.id, "results": results[:MOST_RESULTS]}


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Any]:
    """Show how far long work is, on standard error; gives the function that is told how much is done."""
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def run(where: Servers, folder: Path, out: Path) -> None:
    """Rank the set and write the predictions, one JSON line a query."""
    gallery, queries = read_rows(folder / "gallery.jsonl"), read_rows(folder / "queries.jsonl")
    if not out.parent.is_dir():
        msg = f"There is no folder {out.parent} to write {out.name} into."
        raise UsageError(msg)
    _write(out, asyncio.run(match_set(where, gallery, queries)))


def _write(out: Path, predictions: Iterable[Mapping[str, Any]]) -> None:
    out.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in predictions), "utf-8")
