"""`reunite match`: ranks a labelled set with the same intake, store, search and scoring as the bot."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cli.context import run_async
from cli.errors import UsageError
from cli.servers import Servers
from cli.trial import Trial, running_trial
from cli.tuning.posts_file import SetPost, publish, read_posts
from cli.vectors import VectorFile
from reunite.entities import ReportKind
from reunite.messages.wording import label_word

MAX_RESULTS: Final = 20


def run(where: Servers, folder: Path, out: Path, vectors: VectorFile | None = None) -> None:
    """Rank the set and write the predictions, one JSON line for each query."""
    gallery, queries = read_posts(folder / "gallery.jsonl"), read_posts(folder / "queries.jsonl")
    if not out.parent.is_dir():
        raise UsageError(f"Can't write {out.name}: the folder {out.parent} doesn't exist.")
    if vectors:
        vectors.check([*gallery, *queries])
    predictions = run_async(_predictions(where, gallery, queries, vectors))
    out.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in predictions), "utf-8")


async def _predictions(
    where: Servers, gallery: Sequence[SetPost], queries: Sequence[SetPost], vectors: VectorFile | None
) -> list[dict[str, Any]]:
    """Post the gallery, then the queries, and return the prediction for each query."""
    async with running_trial(where, vectors) as trial:
        found = await publish(trial, ReportKind.FOUND, gallery)
        lost = await publish(trial, ReportKind.LOST, queries)
        names = {report: row.id for row, report in zip(gallery, found, strict=True)}
        return [await _prediction(trial, row, report, names) for row, report in zip(queries, lost, strict=True)]


async def _prediction(trial: Trial, row: SetPost, report: UUID, names: Mapping[UUID, str]) -> dict[str, Any]:
    async with trial.session() as session:
        matches = await session.matches.of(report)
        thread = await session.outbox.thread(report)
    shown = {tile.match for reply in thread for tile in reply.gallery}
    results = [
        {
            "id": names[match.found],
            "probability": match.probability,
            "label": label_word(match.label) if match.label else None,
            "shown": match.id in shown,
        }
        for match in matches[:MAX_RESULTS]
    ]
    return {"id": row.id, "results": results}
