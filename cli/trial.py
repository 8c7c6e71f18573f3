"""A scratch community with a worker of its own; everything is deleted at the end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cli.children import Child, ChildError, children
from cli.errors import UsageError
from cli.servers import Servers, scratch
from cli.vectors import VectorFile, copy_weights
from db import queue
from db.session import CommunitySession
from db.store import Store
from reunite import rules
from reunite.commands import REPORTS, JoinWorkspace
from reunite.entities import IncomingPhoto, Member, ReplyTarget, Report, ReportKind, Workspace
from reunite.handlers import Handlers

_WORKSPACE: Final = "trial"
_FINDER, _OWNER = Member("finder", "finder"), Member("owner", "owner")
_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Trial:
    store: Store
    handlers: Handlers
    workspace: Workspace
    worker: Child
    encoder: str

    async def report(  # noqa: PLR0913 - the fields of a post
        self,
        kind: ReportKind,
        key: str,
        *,
        text: str = "",
        place: str = "",
        at: datetime | None = None,
        posted: datetime | None = None,
        photos: Sequence[Path] = (),
    ) -> Report:
        """Post a report with photos from files, as a platform would."""
        files = [(path.name, await asyncio.to_thread(_read, path)) for path in photos]
        command = REPORTS[kind](
            source_key=key,
            target=ReplyTarget("web", _WORKSPACE, kind, key),
            author=_FINDER if kind is ReportKind.FOUND else _OWNER,
            text=text[: rules.MAX_TEXT],
            place=place,
            happened_at=at,
            posted_at=posted,
            photos=tuple(IncomingPhoto(name, data=data) for name, data in files),
        )
        return (await self.handlers.report(command)).report

    async def unfinished(self) -> int:
        """Return how many reports the worker still has to process. Raises ChildError if it has ended."""
        if self.worker.has_ended():
            raise ChildError("The worker exited before it finished; see its output above.")
        async with self.session() as session:
            return await session.work.unfinished()

    async def settle(self) -> None:
        """Wait until the worker has processed all reports."""
        while await self.unfinished():  # noqa: ASYNC110 - the worker is another process
            await asyncio.sleep(_POLL_SECONDS)

    def session(self) -> AbstractAsyncContextManager[CommunitySession]:
        """Open a transaction in the community."""
        return self.store.session(self.workspace.community)


@asynccontextmanager
async def running_trial(home: Servers, vectors: VectorFile | None = None, **settings: str) -> AsyncIterator[Trial]:
    """Open a scratch database with one community, and start a worker with further `settings`.

    It uses given vectors, if there are any.
    """
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(scratch(home))
        environment = {**own.environment(), "REUNITE_LOG_LEVEL": "warning", "REUNITE_OPEN_SET_URL": "off", **settings}
        if vectors and vectors.scores_live:
            await copy_weights(home, own, vectors.model)
        command = ["worker", *(vectors.options if vectors else ())]
        [worker] = await stack.enter_async_context(children([command], environment))
        encoder = (await worker.start()).partition(" ")[2]
        store = await stack.enter_async_context(Store(own.database_url))
        hints = await stack.enter_async_context(queue.connect(store, own.redis_url, own.queue))
        handlers = Handlers(store, hints)
        workspace = await handlers.join(JoinWorkspace("web", _WORKSPACE, "Trial"))
        yield Trial(store, handlers, workspace, worker, encoder)


def _read(path: Path) -> bytes:
    """Read a file. Raises UsageError if that fails."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"The photo {path} can't be read: {error.strerror}.") from error
