"""`reunite reembed`: prepares another encoder while the live one works, compares them, and switches."""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from rich.markup import escape
from rich.table import Table

from cli.encoder import chosen
from cli.errors import UsageError
from cli.priority import give_way
from cli.progress import paced, say
from cli.servers import Servers
from cli.settings import Settings
from cli.tables import Terminal, print_table
from reunite.plurals import counted
from reunite.tuning.model_ranking import LEAST_CONFIRMED, Ranking

if TYPE_CHECKING:
    from db.embedding_models import EmbeddingModel
    from workers.reembedding import Deleted, Reembedding

_NICENESS: Final = 19
"""The lowest priority: bots come first, and then workers."""
_ROWS: Final = {
    "right find first": "first",
    "among the first 5": "among_five",
    "among the first 10": "among_ten",
    "confirmed above rejected": "above",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What to do when everything is embedded."""

    switch: bool = False
    drop_old: bool = False


@dataclass(slots=True)
class Result:
    """The result. `rankings` are the live model's and the new one's, if the two differ."""

    model: str
    was_live: str
    live: str
    embedded: int = 0
    failed: int = 0
    rankings: tuple[Ranking, Ranking] | None = None
    deleted: "Deleted | None" = None


async def run(settings: Settings, where: Servers, options: Options) -> Result:
    """Embed everything that lacks embeddings of the settings' encoder, then do as asked. Raises UsageError."""
    from db.store import Store
    from workers.batching import BatchingEncoder
    from workers.reembedding import Reembedding

    if settings.encoder.give_way:
        give_way(_NICENESS)
    choice = chosen(settings.encoder)
    encoder = BatchingEncoder(choice.encoder)
    async with Store(where.database_url) as store:
        model = await store.embedding_models.register(choice.kind, choice.encoder.version, choice.encoder.spaces)
        live = await store.embedding_models.live() or model
        if options.drop_old and not options.switch and live.id != model.id:
            raise UsageError(f"Searches still use {live.version}. Add --switch, or switch first.")
        try:
            return await _reembed(Reembedding(store, encoder, model), live, options)
        finally:
            await encoder.close()


async def _reembed(work: "Reembedding", live: "EmbeddingModel", options: Options) -> Result:
    result = Result(work.model.version, live.version, live.version)
    await _embed(work, result)
    if live.id != work.model.id:
        await _compare(work, live, result)
    if options.switch or live.id == work.model.id:
        await work.take_over()
        result.live = work.model.version
        await _embed(work, result)  # reports that came in meanwhile
    if options.drop_old:
        result.deleted = await work.delete_others()
    return result


async def _embed(work: "Reembedding", result: Result) -> None:
    with paced("reports embedded") as show:
        progress = await work.embed_all(lambda now: show(now.done, now.total))
    result.embedded += progress.done - progress.failed
    result.failed = progress.failed


async def _compare(work: "Reembedding", live: "EmbeddingModel", result: Result) -> None:
    from workers.model_comparison import compare_models

    say("Comparing both models on what people have decided …")
    before, after = await compare_models(work.store, [live, work.model])
    result.rankings = before, after


def as_json(result: Result) -> dict[str, Any]:
    given = asdict(result)
    rankings = given.pop("rankings")
    return given | {"comparison": {"live": rankings[0], "new": rankings[1]} if rankings else None}


def show(result: Result) -> None:
    """Print the result, and the next step."""
    console = Terminal(soft_wrap=True)
    console.print(f"{counted(result.embedded, 'report')} embedded with {escape(result.model)}.")
    if result.failed:
        console.print(
            f"{counted(result.failed, 'report')} with a photo or text that can't be embedded; the log says which."
        )
    if result.rankings:
        _print_comparison(console, result, *result.rankings)
    if result.deleted:
        size = result.deleted.bytes / 2**20
        console.print(f"Deleted {counted(result.deleted.vectors, 'embedding')} of other models ({size:.1f} MB).")
    console.print(escape(_next_step(result)))


def _next_step(result: Result) -> str:
    if result.live != result.model:
        return f"Searches still use {result.live}. To switch, run the same command with --switch."
    if result.was_live != result.model:
        return (
            f"Searches now use {result.live}. Workers with another model stop by themselves: start them again with"
            " these settings. To delete the old embeddings, run the same command with --drop-old."
        )
    return "Searches use this encoder."


def _print_comparison(console: Terminal, result: Result, live: Ranking, new: Ranking) -> None:
    if live.confirmed < LEAST_CONFIRMED:
        console.print(
            f"Only {counted(live.confirmed, 'confirmed pair')}: to compare the models, {LEAST_CONFIRMED} are needed."
        )
        return
    console.print(f"The live model is {escape(result.was_live)}, the new one {escape(result.model)}.")
    table = Table("", "live", "new", title=f"{live.confirmed} confirmed and {live.rejected} rejected pairs")
    for words, name in _ROWS.items():
        table.add_row(words, *(_percent(getattr(figures, name)) for figures in (live, new)))
    print_table(table)
    console.print("This favours the live model, which chose the pairs that people have seen.")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def print_json(result: Result) -> None:
    print(json.dumps(as_json(result)))
