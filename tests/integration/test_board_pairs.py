"""What the board's page of a report calls a match, and what it calls merely the closest."""

import pytest

from reunite.commands import ReportFound
from reunite.entities import Match
from reunite.ports import ScoredPair
from tests.support.board import Browser, Community, community_with_a_board, moderator_at_the_board

community_fixture = pytest.fixture(community_with_a_board, name="community")
robin_fixture = pytest.fixture(moderator_at_the_board, name="robin")


async def neighbour_of(community: Community, match: Match) -> Match:
    """Store a pair without a label: only the gallery of the lost report shows it."""
    mug = await community.report(ReportFound, "a blue mug")
    async with community.store.session(community.workspace.community) as session:
        return (await session.matches.save([ScoredPair(match.lost, mug.id, 0.02, None, (), {})]))[0]


async def under(robin: Browser, match: Match) -> dict[str, str]:
    """Return the lost report's page by its headings."""
    _, page = await robin.get(f"/reports/{match.lost}")
    return dict(part.partition("</h2>")[::2] for part in page.split("<h2>")[1:])


async def test_a_neighbour_is_no_match_until_the_owner_picks_it(community: Community, robin: Browser) -> None:
    match = await community.matched()
    assert "Next closest" not in await under(robin, match)
    neighbour = await neighbour_of(community, match)
    page = await under(robin, match)
    assert ("umbrella" in page["Matches"], "blue mug" in page["Matches"]) == (True, False)
    assert ("umbrella" in page["Next closest"], "blue mug" in page["Next closest"]) == (False, True)
    async with community.store.session(community.workspace.community) as session:
        await session.matches.pick(neighbour.id)
    page = await under(robin, match)
    assert ("blue mug" in page["Matches"], "Next closest" in page) == (True, False)


async def test_a_neighbour_becomes_a_match_by_a_verdict(community: Community, robin: Browser) -> None:
    match = await community.matched()
    neighbour = await neighbour_of(community, match)
    await robin.get(f"/matches/{neighbour.id}")
    await robin.post(f"/matches/{neighbour.id}/verdict", kind="confirm", given="yes")
    assert "blue mug" in (await under(robin, match))["Matches"]
