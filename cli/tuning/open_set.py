"""`reunite calibrate --open-set`: calibrates the live encoder on reports whose photos are public."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from cli.encoder import chosen
from cli.errors import UsageError
from cli.progress import progress_bar
from cli.servers import Servers
from cli.settings import Settings
from reunite.matching.defaults import prior_of

if TYPE_CHECKING:
    from workers.open_set.run import OpenSetSource


def open_set_source(settings: Settings) -> "OpenSetSource":
    """Return the source of the photos, and their folder in the data folder."""
    from workers.open_set.fetch import PhotoSource
    from workers.open_set.run import OpenSetSource

    photos = PhotoSource(settings.open_set.url, settings.photos.http_hosts)
    return OpenSetSource(photos, settings.embedded.home / "open-set")


async def from_open_set(settings: Settings, where: Servers) -> dict[str, Any]:
    """Fit and store weights for all communities. Raises UsageError and TooLittleDataError."""
    from db import scoring_models
    from db.store import Store
    from workers.batching import BatchingEncoder
    from workers.open_set.fetch import OpenSetError
    from workers.open_set.run import fitted_to_open_set

    if not settings.open_set.is_on:
        raise UsageError("REUNITE_OPEN_SET_URL is off. Unset it to fetch the photos.")
    async with Store(where.database_url) as store:
        live = await store.embedding_models.live()
        choice = chosen(settings.encoder, live.encoder if live else None)
        version = choice.encoder.version
        if live and live.version != version:
            raise UsageError(f"This database uses {live.version}, but the settings ask for {version}.")
        encoder = BatchingEncoder(choice.encoder)
        try:
            with ExitStack() as bars:
                prior = prior_of(choice.kind)
                fitted = await fitted_to_open_set(encoder, open_set_source(settings), prior, _progress(bars))
        except OpenSetError as error:
            raise UsageError(f"The open set can't be used: {error}.") from error
        finally:
            await encoder.close()
        if live:
            await store.embedding_models.note_problem(live.id, None)
    summary = fitted.summary("open set", version)
    await scoring_models.save_for_all(where.owner_database_url, version, fitted.scoring_model, summary)
    return summary


def _progress(bars: ExitStack) -> Callable[[str, int, int], None]:
    """Show a progress bar for each step, from its first report on."""
    shown: dict[str, Callable[[int], None]] = {}

    def progress(what: str, done: int, total: int) -> None:
        if what not in shown:
            bars.close()  # one bar at a time
            shown[what] = bars.enter_context(progress_bar(what, total))
        shown[what](done)

    return progress
