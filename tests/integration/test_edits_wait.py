"""New replies come before the edits of what others have read already."""

from reunite.messages import keys
from reunite.messages.reply import Plain, Reply
from tests.contract.stages import staged


async def test_a_new_reply_comes_before_the_edits_of_many_galleries(database_url: str) -> None:
    """A ✅ edits the galleries that show the find; meanwhile somebody reports something else."""
    async with staged(database_url) as stage:
        workspace = await stage.join()
        *edited, asker = [(await stage.lost()).id for _ in range(4)]
        async with stage.store.session(workspace.community) as session:
            for report in edited:
                await session.outbox.post(report, keys.first_reply(report), Reply("note", ()))
            await session._do("UPDATE outbox SET state = 'sent', sent_message = key")
        async with stage.store.session(workspace.community) as session:
            for report in edited:
                await session.outbox.revise(keys.first_reply(report), Reply("note", ((Plain("gone"),),)))
        async with stage.store.session(workspace.community) as session:
            await session.outbox.post(asker, keys.first_reply(asker), Reply("note", ()))
        [first] = await stage.store.delivery.lease("web", limit=1, seconds=60)
        assert (first.report, first.task) == (asker, "send")
