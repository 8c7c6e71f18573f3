"""Posts a report, for tests of what is stored."""

from db.store import Store
from reunite.commands import JoinWorkspace, ReportFound
from reunite.entities import (
    IncomingPhoto,
    Member,
    ReplyTarget,
    Workspace,
)
from reunite.handlers import Handlers
from tests.support.pictures import drawing
from tests.support.queues import NoQueue


async def posted(store: Store, world: str) -> Workspace:
    handlers = Handlers(store, NoQueue())
    workspace = await handlers.join(JoinWorkspace("web", world, world))
    target = ReplyTarget("web", world, "found", "m1")
    photos = (IncomingPhoto("cup.jpg", data=drawing("red")),)
    await handlers.report(ReportFound(source_key="m1", target=target, author=Member("b", "Ben"), photos=photos))
    return workspace
