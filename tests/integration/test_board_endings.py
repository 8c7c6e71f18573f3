"""How a report ends at the board: what ends soon and is still on the shelf waits, is kept for longer, or is deleted."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from reunite.commands import ChangeSettings, NewReport, ReportFound, ReportLost
from reunite.entities import Account, Report, Settings
from tests.support.board import ROBIN, Browser, Community, browsing, community_with_a_board, moderator_at_the_board

community_fixture = pytest.fixture(community_with_a_board, name="community")
robin_fixture = pytest.fixture(moderator_at_the_board, name="robin")

_WAITS = '<a class="paper" href="/?state=ending">Items whose report ends soon: 1</a>'
_KEEP, _DELETE = "Keep it until", "Delete it for good"


async def watch_for(community: Community, days: int) -> None:
    settings = Settings(log_channel="log", keep_days=days)
    await community.handlers.set_up(
        ChangeSettings(platform="web", workspace=community.workspace.external_id, settings=settings)
    )


async def aged(community: Community, days: int, kind: type[NewReport] = ReportFound) -> Report:
    """Report something that ends, with the default of 60 days, in so many."""
    report = await community.report(kind, "a blue mug")
    async with community.store.session(community.workspace.community) as session:
        await session._do(
            """UPDATE report SET expires_at = now() + make_interval(days => %(days)s),
                 created_at = now() + make_interval(days => %(days)s - 60) WHERE id = %(id)s""",
            id=report.id,
            days=days,
        )
    return report


async def put_on_a_list(community: Community, report: UUID) -> None:
    async with community.store.session(community.workspace.community) as session:
        await session._do(
            """WITH listed AS (INSERT INTO workspace (community_id, platform, external_id, name)
                 VALUES (%(community)s, 'api', 'list', 'Import') RETURNING id)
               UPDATE report SET workspace_id = (SELECT id FROM listed) WHERE id = %(report)s""",
            community=session.community,
            report=report,
        )


async def shelve(robin: Browser, report: Report) -> None:
    status, words = await robin.post(f"/reports/{report.id}/whereabouts", place="Front office")
    assert (status, f'<a href="/reports/{report.id}">Go to the next one</a>' in words) == (200, False)


async def now(community: Community, report: UUID) -> Report | None:
    async with community.store.session(community.workspace.community) as session:
        return await session.reports.get(report)


async def test_a_shelf_item_waits_when_its_report_ends_soon_until_that_is_kept(
    community: Community, robin: Browser
) -> None:
    report = await aged(community, 5)
    await shelve(robin, report)
    assert _WAITS in (await robin.get("/"))[1]
    _, words = await robin.get("/?state=ending")
    assert ("These reports end within a week" in words, f"/reports/{report.id}" in words) == (True, True)
    before = await now(community, report.id)
    assert _KEEP in (await robin.get(f"/reports/{report.id}"))[1]
    _, words = await robin.post(f"/reports/{report.id}/longer")
    assert (_KEEP in words, "Saved." in words, '<a href="/">What else is waiting?</a>' in words) == (False, True, True)
    after = await now(community, report.id)
    assert before
    assert after
    assert after.expires_at - before.expires_at > timedelta(days=54)
    assert "Nothing is waiting for you" in (await robin.get("/"))[1]
    soon, later = await aged(community, 5), await aged(community, 6)
    await shelve(robin, soon)
    await shelve(robin, later)
    _, words = await robin.post(f"/reports/{later.id}/longer")
    assert f'<a href="/reports/{soon.id}">Go to the next one</a>' in words


async def test_a_listed_item_waits_too_since_nobody_else_can_be_asked(community: Community, robin: Browser) -> None:
    await put_on_a_list(community, (await aged(community, 5)).id)
    assert _WAITS in (await robin.get("/"))[1]


async def test_a_listed_item_is_kept_for_as_long_as_the_lists_workspace_says(
    community: Community, robin: Browser
) -> None:
    report = await aged(community, 5)
    await put_on_a_list(community, report.id)
    await watch_for(community, 7)
    assert _KEEP in (await robin.get(f"/reports/{report.id}"))[1]
    assert _KEEP not in (await robin.post(f"/reports/{report.id}/longer"))[1]
    assert "Nothing is waiting for you" in (await robin.get("/"))[1]


async def test_an_item_that_can_only_be_kept_for_a_week_does_not_wait_for_ever(
    community: Community, robin: Browser
) -> None:
    report = await aged(community, 5)
    await shelve(robin, report)
    await watch_for(community, 7)
    await robin.post(f"/reports/{report.id}/longer")
    assert "Nothing is waiting for you" in (await robin.get("/"))[1]


async def test_a_listed_item_is_not_with_a_finder(community: Community, robin: Browser) -> None:
    match = await community.matched()
    claim = await community.claim(match)
    await put_on_a_list(community, match.found)
    await robin.post(f"/claims/{claim}/decision", decision="accept")
    assert "Kept at: not noted" in (await robin.get("/handovers"))[1]


async def test_others_do_not_wait(community: Community, robin: Browser) -> None:
    await aged(community, 5)  # its finder is asked in the thread
    await aged(community, 5, ReportLost)
    await shelve(robin, await aged(community, 9))
    assert "Nothing is waiting for you" in (await robin.get("/"))[1]


async def test_a_lost_report_is_its_authors_to_keep_for_longer(community: Community, robin: Browser) -> None:
    report = await aged(community, 5, ReportLost)
    assert _KEEP not in (await robin.get(f"/reports/{report.id}"))[1]
    before = await now(community, report.id)
    assert (await robin.post(f"/reports/{report.id}/longer"))[0] == 404
    assert before == await now(community, report.id)


async def test_a_deleted_report_is_gone_with_its_match(community: Community, robin: Browser) -> None:
    match = await community.matched()
    assert _DELETE in (await robin.get(f"/reports/{match.found}"))[1]
    status, words = await robin.post(f"/reports/{match.found}/delete")
    assert (status, f"/reports/{match.found}" in words, f"/reports/{match.lost}" in words) == (200, False, True)
    assert "The report has been deleted." in words
    _, log = await robin.get("/log")
    assert "Robin deleted a found report" in log
    assert '<th scope="col">Report</th>' in log  # lost ones are deleted, too
    robin_there = community.workspace.account(ROBIN)
    async with community.store.session(community.workspace.community) as session:
        assert [deletion.report for deletion in await session.verdicts.deletions_by(robin_there)] == [match.found]
        for others in (Account("webhook", "here", ROBIN.id), Account("web", "there", ROBIN.id)):
            await session.deletion.forget_moderator(others)
    async with community.store.session(uuid4()) as session:
        await session.deletion.forget_moderator(robin_there)
    assert "Robin deleted a found report" in (await robin.get("/log"))[1]
    async with community.store.session(community.workspace.community) as session:
        await session.deletion.forget_moderator(robin_there)
    await robin.sign_in(await community.link())
    assert "Someone deleted a found report" in (await robin.get("/log"))[1]
    for path in (f"/reports/{match.found}", f"/matches/{match.id}"):
        assert (await robin.get(path))[0] == 404
    assert (await robin.post(f"/reports/{match.found}/delete"))[0] == 404
    report = await now(community, match.found)
    assert report
    assert (report.state, report.purged, report.text) == ("withdrawn", True, "")


async def test_a_report_whose_post_never_got_through_can_be_deleted(community: Community, robin: Browser) -> None:
    report, other = [await community.report(ReportLost, words) for words in ("a blue mug", "a green mug")]
    async with community.store.session(community.workspace.community) as session:
        await session._do("UPDATE report SET message = NULL")
    await robin.post(f"/reports/{report.id}/delete")
    gone, kept = [await now(community, each.id) for each in (report, other)]
    assert gone
    assert kept
    assert (gone.purged, kept.purged) == (True, False)


async def test_a_report_is_deleted_only_with_the_boards_own_form(community: Community, robin: Browser) -> None:
    report = await community.report(ReportFound, "a blue mug")
    robin.csrf = "another"
    assert (await robin.post(f"/reports/{report.id}/delete"))[0] == 403
    async with browsing(community.url) as stranger:
        assert (await stranger.post(f"/reports/{report.id}/delete"))[0] == 401
    left = await now(community, report.id)
    assert left
    assert not left.purged
