"""Edits and removals that a platform refused are tried again where access may be back; only removals without end."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from db import refused_changes
from db.cancellation import stop
from db.refused_changes import change_again, keep_trying
from db.store import Store
from reunite.commands import JoinWorkspace, ReportLost
from reunite.entities import Member, ReplyTarget, Workspace
from reunite.handlers import Handlers
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Plain, Reply
from tests.support.queues import NoQueue
from tests.support.waiting import eventually

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


async def refuse(store: Store, workspace: Workspace, ago: timedelta = timedelta(), task: str = "remove") -> None:
    """Have the platform refuse them all, some time ago."""
    async with store.transaction(workspace.community) as connection:
        await connection.execute(
            """UPDATE outbox SET task = %s, state = 'failed', due_at = now() - %s, sent_message = '2.2',
                 sent_channel = CASE key WHEN 'elsewhere' THEN 'C2' ELSE 'C1' END,
                 problem = 'Slack answers ' || CASE key WHEN 'gone' THEN 'message_not_found' ELSE 'is_archived' END""",
            [task, ago],
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


@pytest.mark.parametrize(("task", "most"), [("edit", 8), ("remove", 20)])
async def test_what_stays_refused_is_tried_again_after_growing_pauses_and_an_edit_a_few_times_only(
    store: Store, workspace: Workspace, task: str, most: int
) -> None:
    pauses = []
    for _ in range(20):
        for hours in (0, 1.5, 3, 6, 12, 24, 48, 96, 1000):
            await refuse(store, workspace, timedelta(hours=hours), task)
            await change_again(store, "slack", TEAM, {"is_archived"})
            if await queued(store, workspace):
                pauses.append(hours)
                break
    assert pauses == [0, 1.5, 3, 6, 12, 24, *[48] * 14][:most]
    await refuse(store, workspace, timedelta(), task)
    await change_again(store, "slack", TEAM, {"is_archived"}, is_back=True)
    assert await queued(store, workspace) == ["closed", "elsewhere"]
    await refuse(store, workspace, timedelta(hours=1.5), task)
    await change_again(store, "slack", TEAM, {"is_archived"})
    assert await queued(store, workspace), "the count doesn't begin anew once access was back"


async def test_a_removal_counts_as_new_however_often_edits_were_refused_before(
    store: Store, workspace: Workspace
) -> None:
    for change in ("edit", "remove"):
        async with store.session(workspace.community) as session:
            await session._do("UPDATE outbox SET task = 'edit', state = 'sent', tried_again = 8, sent_message = '2.2'")
            [report] = (await session._all("SELECT report_id FROM outbox WHERE key = 'closed'"))[0].values()
            if change == "remove":
                await session.deletion.purge(report, None)
            else:
                await session.outbox.revise(ReplyKey("closed"), Reply("note", ((Plain("It was this."),),)))
            [row] = await session._all("SELECT task, tried_again FROM outbox WHERE key = 'closed'")
        assert (row["task"], row["tried_again"]) == (change, 0)


async def test_they_are_tried_again_while_the_bot_runs_and_nothing_tells_it_of_its_access(
    store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_changes, "_FIRST_PAUSE", timedelta(milliseconds=1))
    trying = asyncio.create_task(keep_trying(store, "slack", {"is_archived"}, lambda: ["unknown", TEAM]))
    try:
        for _ in range(3):
            await refuse(store, workspace, timedelta(hours=1))

            async def are_tried() -> bool:
                return await queued(store, workspace) == ["closed", "elsewhere"]

            await eventually(are_tried)
    finally:
        await stop(trying)


async def test_what_was_refused_and_then_done_counts_as_new(store: Store, workspace: Workspace) -> None:
    for _ in range(2):
        await change_again(store, "slack", TEAM, {"is_archived"})
        assert await queued(store, workspace) == ["closed", "elsewhere"]
        async with store.session(workspace.community) as session:
            for row in await session.outbox._all("SELECT seq, fence, version FROM outbox"):
                await session.outbox.mark_sent(row["seq"], row["fence"], row["version"], None)
        await refuse(store, workspace)
