"""Edits and removals that a platform refused are tried again where access may be back, and not without end."""

from datetime import UTC, datetime, timedelta

import pytest

from db.refused_changes import change_again
from db.store import Store
from reunite.commands import JoinWorkspace, ReportLost
from reunite.entities import Member, ReplyTarget, Workspace
from reunite.handlers import Handlers
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Plain, Reply
from tests.support.queues import NoQueue

TEAM = "T1"


@pytest.fixture
async def workspace(store: Store) -> Workspace:
    """Have a reply in two channels each, of which the platform has refused the removal."""
    handlers = Handlers(store, NoQueue())
    workspace = await handlers.join(JoinWorkspace("slack", TEAM, "Testville"))
    target = ReplyTarget("slack", TEAM, "C1", "1.1")
    lost = ReportLost(
        source_key="1", target=target, author=Member("U1", "Ada"), text="a hat", posted_at=datetime.now(UTC)
    )
    receipt = await handlers.report(lost)
    async with store.session(workspace.community) as session:
        for name in ("closed", "elsewhere", "gone"):
            await session.outbox.post(receipt.report.id, ReplyKey(name), Reply("note", ((Plain("This is it."),),)))
    await refuse(store, workspace)
    return workspace


async def refuse(store: Store, workspace: Workspace, ago: timedelta = timedelta()) -> None:
    """Have the platform refuse them all, some time ago."""
    async with store.transaction(workspace.community) as connection:
        await connection.execute(
            """UPDATE outbox SET task = 'remove', state = 'failed', due_at = now() - %s, sent_message = '2.2',
                 sent_channel = CASE key WHEN 'elsewhere' THEN 'C2' ELSE 'C1' END,
                 problem = 'Slack answers ' || CASE key WHEN 'gone' THEN 'message_not_found' ELSE 'is_archived' END""",
            [ago],
        )


async def queued(store: Store, workspace: Workspace) -> list[str]:
    """Return which are queued again."""
    async with store.transaction(workspace.community) as connection:
        rows = await (await connection.execute("SELECT key FROM outbox WHERE state = 'queued' ORDER BY key")).fetchall()
        return [row["key"] for row in rows]


async def test_only_what_access_was_lacking_for_is_tried_again_and_only_in_some_channels(
    store: Store, workspace: Workspace
) -> None:
    await change_again(store, "slack", TEAM, {"is_archived"}, channels=())
    assert await queued(store, workspace) == []
    await change_again(store, "slack", TEAM, {"is_archived", "not_in_channel"}, channels={"C1": None}.keys())
    assert await queued(store, workspace) == ["closed"]
    await change_again(store, "slack", TEAM, {"is_archived"})
    assert await queued(store, workspace) == ["closed", "elsewhere"]


async def test_what_stays_refused_is_tried_again_after_growing_pauses_and_a_few_times_only(
    store: Store, workspace: Workspace
) -> None:
    pauses = []
    for _ in range(20):
        for hours in (0, 1.5, 3, 6, 12, 24, 48, 96, 1000):
            await refuse(store, workspace, timedelta(hours=hours))
            await change_again(store, "slack", TEAM, {"is_archived"})
            if await queued(store, workspace):
                pauses.append(hours)
                break
    assert pauses == [0, 1.5, 3, 6, 12, 24, 48, 96]
    await change_again(store, "slack", TEAM, {"is_archived"}, is_back=True)
    assert await queued(store, workspace) == ["closed", "elsewhere"]


async def test_what_was_refused_and_then_done_counts_as_new(store: Store, workspace: Workspace) -> None:
    for _ in range(2):
        await change_again(store, "slack", TEAM, {"is_archived"})
        assert await queued(store, workspace) == ["closed", "elsewhere"]
        async with store.session(workspace.community) as session:
            for row in await session.outbox._all("SELECT seq, fence, version FROM outbox"):
                await session.outbox.mark_sent(row["seq"], row["fence"], row["version"], None)
        await refuse(store, workspace)
