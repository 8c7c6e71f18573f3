"""What remains of purged reports is deleted once nothing needs it, and the numbers stay. On PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from reunite.commands import EditReport, ReportLost, Withdraw
from reunite.entities import Label, ReplyTarget, Report, Statistics, VerdictKind
from tests.contract.stages import MODERATOR, Stage, staged
from tests.support.sweeps import sweep_at
from tests.support.world import ADA

_ROWS = "report", "match", "outbox", "verdict", "claim", "work", "search_change", "report_deletion"


@dataclass
class Years:
    """A stage on which time passes."""

    stage: Stage
    owner: str

    async def pass_by(self, days: int) -> None:
        """Let days pass, and run the sweep."""
        with psycopg.connect(self.owner) as connection:
            connection.execute("UPDATE report SET forget_at = forget_at - make_interval(days => %s)", [days])
        await sweep_at(self.stage, 0).run_due()

    async def known(self) -> list[Report]:
        community = (await self.stage.join()).community
        async with self.stage.session(community) as session:
            rows = await session._all("SELECT id FROM report")
            return list((await session.reports.by_ids([row["id"] for row in rows])).values())

    def counts(self) -> dict[str, int]:
        with psycopg.connect(self.owner) as connection:
            return {
                table: connection.execute(SQL("SELECT FROM {}").format(Identifier(table))).rowcount for table in _ROWS
            }

    async def end(self, *reports: Report) -> None:
        """Let a moderator delete reports; what was said in their threads before was delivered, and its removal is."""
        for report in reports:
            await self.stage.deliver(report)
            deletion = Withdraw(target=report.target, member=MODERATOR, is_moderator=True)
            await self.stage.handlers.withdraw(deletion)
            await self.stage.deliver(report)

    async def statistics(self) -> Statistics:
        async with self.stage.session((await self.stage.join()).community) as session:
            return await session.workspaces.statistics(for_moderators=True)


@pytest.fixture(name="years")
async def years_fixture(database_url: str, owner_database_url: str) -> AsyncIterator[Years]:
    async with staged(database_url) as stage:
        await stage.join(log_channel="log")
        yield Years(stage, owner_database_url)


async def test_only_numbers_remain_of_ended_reports(years: Years) -> None:
    stage = years.stage
    lost, found, match = await stage.matched()
    await stage.search(await stage.lost("my scarf"), found, label=Label.POSSIBLE)
    await stage.claim(match, found)
    await stage.verdict(match, VerdictKind.CONFIRM)
    numbers = await years.statistics()
    assert (numbers.matches_shown, numbers.confirmed, numbers.kept.high, numbers.kept.high_right) == (2, 1, 1, 1)
    await years.end(*await years.known())
    ended = await years.statistics()
    assert (ended.matches_shown, ended.confirmed, ended.kept) == (2, 1, numbers.kept)
    await years.pass_by(29)
    assert (years.counts()["match"], (await stage.now(lost)).author.id) == (2, ADA.id)
    await years.pass_by(2)  # the lost reports
    await years.pass_by(8)  # the found one
    assert years.counts() == dict.fromkeys(_ROWS, 0) | {"report": 3, "search_change": 3}
    assert {report.author.id for report in await years.known()} == {""}
    assert await years.statistics() == ended
    await years.pass_by(350)
    assert years.counts()["report"] == 3
    await years.pass_by(20)
    assert years.counts() == dict.fromkeys(_ROWS, 0)
    assert await years.statistics() == ended


@pytest.mark.parametrize("sealed", [False, True])
async def test_what_was_returned_is_counted_for_ever(years: Years, *, sealed: bool) -> None:
    _, found, match = await years.stage.matched(sealed=sealed)
    await years.stage.verdict(match, VerdictKind.CONFIRM)

    async def returned() -> tuple[int, int, int]:
        async with years.stage.session(found.community) as session:
            trends = await session.workspaces.trends()
            return (await years.statistics()).returned, await session.workspaces.count("returned"), sum(trends.returned)

    now = await returned()
    assert now == (1, 1 - sealed, 1 - sealed)
    await years.end(*await years.known())
    assert await returned() == now
    for days in (31, 8, 370, 8):
        await years.pass_by(days)
    assert years.counts()["report"] == 0
    assert (await returned())[:2] == now[:2]


@pytest.mark.parametrize("ended", [False, True])
async def test_a_return_that_is_undone_no_longer_counts(years: Years, *, ended: bool) -> None:
    lost, found, match = await years.stage.matched()
    await years.stage.verdict(match, VerdictKind.CONFIRM)
    if ended:
        await years.end(lost, found)
    await years.stage.verdict(match, VerdictKind.CONFIRM, given=False)
    assert (await years.statistics()).returned == 0


async def test_the_post_of_an_emptied_report_is_still_known(years: Years) -> None:
    lost = await years.stage.lost(key="one")
    await years.end(lost)
    await years.pass_by(31)
    assert (await years.stage.now(lost)).author.id == ""
    assert await years.stage.handlers.edit(EditReport(target=lost.target, text="my red umbrella")) is False
    again = ReportLost(source_key="one", target=lost.target, author=ADA, text="my umbrella")
    assert not (await years.stage.handlers.report(again)).created


async def test_an_edited_post_is_new_unless_it_is_older_than_reports_are_kept(years: Years) -> None:
    await years.stage.join()
    edit = years.stage.handlers.edit
    now = datetime.now(UTC)
    post = EditReport(
        target=ReplyTarget("web", "here", "c", "m"), text="my umbrella", posted_at=now - timedelta(days=9)
    )
    assert await edit(post) is None
    assert await edit(replace(post, posted_at=now - timedelta(days=61))) is False


async def test_a_decline_counts_while_the_found_report_is_there(years: Years) -> None:
    stage = years.stage
    lost, found, match = await stage.matched()
    await stage.claim(match, found)
    await stage.press("not_mine", match.id, ADA, target=lost.target)
    await years.end(lost)
    await years.pass_by(40)
    again = await stage.lost("an umbrella of mine")
    async with stage.session(found.community) as session:
        assert await session.matches.ruled_out(again.id) == {found.id}
        assert len(await session.claims.on(found.id)) == 1
    await years.end(found)
    await years.pass_by(8)
    assert years.counts()["match"] == 0


async def test_a_found_report_stays_without_its_finder_while_a_lost_report_has_a_match_with_it(years: Years) -> None:
    lost, found, _ = await years.stage.matched()
    await years.end(found)
    await years.pass_by(29)
    assert (await years.stage.now(found)).author.id != ""
    await years.pass_by(2)
    assert (years.counts()["match"], (await years.stage.now(found)).author.id) == (1, "")
    await years.end(lost)
    await years.pass_by(31)
    await years.pass_by(8)
    assert years.counts() == dict.fromkeys(_ROWS, 0) | {"report": 2, "search_change": 2}
    await years.pass_by(370)
    assert years.counts()["report"] == 0


async def test_whose_data_is_deleted_is_unknown_at_once_unless_a_find_is_still_there(years: Years) -> None:
    workspace = (await years.stage.join()).id
    lost, found, _ = await years.stage.matched()
    scarf = await years.stage.lost("my scarf")
    await years.end(scarf)
    await years.stage.press("forget", workspace, ADA)
    assert [(await years.stage.now(report)).author.id for report in (lost, scarf)] == [ADA.id, ""]
    await years.stage.press("forget", workspace, found.author)
    assert (await years.stage.now(found)).author.id == ""
    await years.stage.press("forget", workspace, ADA)
    assert (await years.stage.now(lost)).author.id == ""


async def test_what_a_process_of_an_earlier_version_purges_is_forgotten_too(years: Years) -> None:
    lost = await years.stage.lost()
    with psycopg.connect(years.owner) as connection:
        connection.execute("UPDATE report SET state = 'withdrawn', purged_at = now()")
        connection.execute("DELETE FROM outbox")
    await years.pass_by(29)
    assert (await years.stage.now(lost)).author.id == ADA.id
    await years.pass_by(2)
    assert (await years.stage.now(lost)).author.id == ""


async def test_a_reply_that_is_still_to_be_removed_is_waited_for(years: Years) -> None:
    stage = years.stage
    lost, found, _ = await stage.matched()
    await stage.deliver(lost)
    for report in (lost, found):
        await stage.handlers.withdraw(Withdraw(target=report.target))
    await years.pass_by(40)
    assert years.counts()["match"] == 1
    await stage.deliver(lost)
    await years.pass_by(8)
    assert years.counts()["match"] == 0


async def test_a_removal_given_up_for_want_of_access_is_waited_for_a_year(years: Years) -> None:
    lost, found, _ = await years.stage.matched()
    await years.stage.deliver(lost)
    for report in (lost, found):
        await years.stage.handlers.withdraw(Withdraw(target=report.target))
    with psycopg.connect(years.owner) as connection:
        given_up = "UPDATE outbox SET state = 'failed' WHERE task = 'remove' AND sent_message IS NOT NULL"
        assert connection.execute(given_up).rowcount
        connection.execute("UPDATE outbox SET state = 'sent' WHERE state = 'queued'")
    await years.pass_by(31)
    await years.pass_by(8)
    assert years.counts()["outbox"]
    with psycopg.connect(years.owner) as connection:
        connection.execute("UPDATE report SET purged_at = purged_at - interval '366 days'")
    await years.pass_by(8)
    await years.pass_by(8)
    assert years.counts()["outbox"] == 0


async def test_a_samples_row_stays_because_samples_are_numbered(years: Years) -> None:
    sample = await years.stage.found(sample=True)
    await years.end(sample)
    await years.pass_by(31)
    await years.pass_by(400)
    assert years.counts() == dict.fromkeys(_ROWS, 0) | {"report": 1, "search_change": 1}


async def test_a_tally_moves_with_its_workspace(years: Years) -> None:
    await years.stage.matched()
    await years.end(*await years.known())
    await years.pass_by(31)
    shown = (await years.statistics()).matches_shown
    await years.stage.join("there")
    code = await years.stage.handlers.link_code("web", "there")
    await years.stage.handlers.link("web", "here", code)
    assert (shown, (await years.statistics()).matches_shown) == (1, 1)


@pytest.mark.parametrize(
    ("function", "index"), [("reports_to_forget", "report_forgetting"), ("due_digests", "workspace_digest")]
)
def test_what_is_due_is_read_from_an_index(owner_database_url: str, function: str, index: str) -> None:
    with psycopg.connect(owner_database_url) as connection:
        [(body,)] = connection.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function]).fetchall()
        body = body.replace("due_digests.at - every", "now()").replace("most", "100")
        connection.execute("SET enable_seqscan = off")
        assert f"on {index}" in str(connection.execute(f"EXPLAIN {body}".encode()).fetchall())
