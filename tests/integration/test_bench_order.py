"""The benchmark of a chat counts the replies that delivery sent in the wrong order."""

import psycopg
import pytest

from cli.bench.chat import _SENT, _out_of_order
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Plain, Reply
from reunite.ports import Sent
from tests.contract.stages import staged


@pytest.mark.parametrize(
    ("messages", "out_of_order"),
    [({"a1": "4", "a2": "5", "b1": "1", "b2": "2"}, 0), ({"a1": "4", "a2": "3", "b1": "1", "b2": "2"}, 1)],
    ids=["each in order", "one before its elder"],
)
async def test_replies_are_ordered_within_their_report_not_within_the_channel_that_reports_share(
    database_url: str, owner_database_url: str, messages: dict[str, str], out_of_order: int
) -> None:
    async with staged(database_url) as stage:
        await stage.join()
        for letter in ("a", "b"):
            report = await stage.lost()
            async with stage.session(report.community) as session:
                for number in (1, 2):
                    name = f"{letter}{number}"
                    await session.outbox.post(report.id, ReplyKey(name), Reply("nothing", ((Plain(name),),)))
        while items := await stage.store.delivery.lease("web", limit=10, seconds=60):
            for item in items:
                async with stage.store.session(item.community) as session:
                    sent = Sent("lost", messages[item.key])
                    await session.outbox.mark_sent(item.seq, item.fence, item.version, sent)
    with psycopg.connect(owner_database_url) as owner:
        rows = owner.execute(_SENT.encode()).fetchall()
    assert len(rows) == len(messages)
    assert _out_of_order(rows) == out_of_order
