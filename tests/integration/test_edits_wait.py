"""New replies and removals come before the edits of what others have read already."""

from uuid import UUID

import pytest

from reunite.messages import keys
from reunite.messages.reply import Plain, Reply
from tests.contract.stages import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

GONE = Reply("note", ((Plain("gone"),),))


@pytest.mark.parametrize("change", ["", "revised", "put off"])
async def test_a_new_reply_comes_before_the_edits_of_many_galleries(stage: Stage, change: str) -> None:
    """A ✅ edits the galleries that show the find; meanwhile somebody reports something else."""
    workspace = await stage.join()
    *edited, asker = [(await stage.lost()).id for _ in range(4)]
    await _post(stage, workspace.community, edited, sent=True)
    await _revise(stage, workspace.community, edited)
    await _post(stage, workspace.community, [asker])
    if change == "revised":
        await _revise(stage, workspace.community, [asker])
    if change == "put off":
        [first] = await stage.store.delivery.lease("web", limit=1, seconds=60)
        async with stage.store.session(workspace.community) as session:
            await session.outbox.mark_unsent(first.seq, first.fence, first.version, "too fast", 0)
    [first] = await stage.store.delivery.lease("web", limit=1, seconds=60)
    assert (first.report, first.task) == (asker, "send")


async def test_what_is_removed_goes_before_the_edits_of_many_galleries(stage: Stage) -> None:
    workspace = await stage.join()
    *edited, withdrawn = [(await stage.lost()).id for _ in range(4)]
    await _post(stage, workspace.community, [*edited, withdrawn], sent=True)
    await _revise(stage, workspace.community, edited)
    async with stage.store.session(workspace.community) as session:
        await session.deletion.purge(withdrawn, None)
    [first] = await stage.store.delivery.lease("web", limit=1, seconds=60)
    assert (first.report, first.task) == (withdrawn, "remove")


async def test_edits_come_before_what_is_newer_by_minutes(stage: Stage) -> None:
    workspace = await stage.join()
    edited, asker = [(await stage.lost()).id for _ in range(2)]
    await _post(stage, workspace.community, [edited], sent=True)
    await _revise(stage, workspace.community, [edited])
    async with stage.store.session(workspace.community) as session:
        await session._do("UPDATE outbox SET due_at = due_at - interval '3 minutes'")
    await _post(stage, workspace.community, [asker])
    [first] = await stage.store.delivery.lease("web", limit=1, seconds=60)
    assert (first.report, first.task) == (edited, "edit")


@pytest.mark.parametrize("is_sent", [True, False])
async def test_a_new_reply_does_not_wait_for_an_edit_that_has_failed(stage: Stage, *, is_sent: bool) -> None:
    workspace = await stage.join()
    report = (await stage.lost()).id
    await _post(stage, workspace.community, [report], sent=is_sent)
    await _revise(stage, workspace.community, [report])
    async with stage.store.session(workspace.community) as session:
        await session.outbox.post(report, keys.waiting(report), Reply("note", ()))
    [failing] = await stage.store.delivery.lease("web", limit=2, seconds=60)
    assert failing.key == keys.first_reply(report)
    async with stage.store.session(workspace.community) as session:
        await session.outbox.mark_unsent(failing.seq, failing.fence, failing.version, "429", 3600)
    leased = [item.key for item in await stage.store.delivery.lease("web", limit=2, seconds=60)]
    assert leased == ([keys.waiting(report)] if is_sent else [])


async def _post(stage: Stage, community: UUID, reports: list[UUID], *, sent: bool = False) -> None:
    async with stage.store.session(community) as session:
        for report in reports:
            await session.outbox.post(report, keys.first_reply(report), Reply("note", ()))
        if sent:
            await session._do("UPDATE outbox SET state = 'sent', sent_message = key")


async def _revise(stage: Stage, community: UUID, reports: list[UUID]) -> None:
    async with stage.store.session(community) as session:
        for report in reports:
            await session.outbox.revise(keys.first_reply(report), GONE)
