"""Lost reports search the found ones and the other way round, in one process that keeps what scoring needs of both."""

from dataclasses import replace
from uuid import UUID

import pytest

from db import index_loading, search_changes
from reunite.entities import ReportState
from reunite.matching.evidence import Item
from tests.support.large_communities import Communities, Large
from tests.support.sent_statements import counted, sent

pytestmark = pytest.mark.untraced

__all__ = ["sent"]  # a fixture

COLOUR = """UPDATE report SET question = '{"aspect": "colour", "options": ["red", "blue"]}', question_answer = 'red'
  WHERE id = %s RETURNING id"""
HIDE = "UPDATE report SET sealed = kind = 'found', private = kind = 'lost' WHERE id = %s RETURNING id"
PLACE = "UPDATE report SET place = 'Main station' WHERE id = %s RETURNING id"


async def searched_by_both(community: Large, one: UUID, other: UUID, sent: list[str]) -> None:
    """Check that a search on either side sends one statement."""
    for _ in range(2):
        assert [(await counted(community, report, sent))[1] for report in (one, other)] == [1, 1]


async def sides(community: Large, kind: str) -> tuple[Item, UUID, UUID]:
    """Return an item of a kind, a report that finds it, and another of its kind; both have searched."""
    searching = community.filled.lost[0]
    item = (await community.search(searching)).candidates[0].item
    if kind == "lost":
        searching = item.report
        item = (await community.search(searching)).candidates[0].item
    [[other]] = await community.rows(
        "SELECT id FROM report WHERE community_id = %s AND kind = %s AND id <> %s LIMIT 1",
        community.filled.tenant.community,
        kind,
        item.report,
    )
    await community.search(other)
    return item, searching, other


@pytest.mark.parametrize("own_first", [False, True])
@pytest.mark.parametrize("kind", ["found", "lost"])
async def test_both_sides_see_changes_at_once_in_one_statement(
    communities: Communities, sent: list[str], kind: str, *, own_first: bool
) -> None:
    async with communities.large() as community:
        item, searching, other = await sides(community, kind)
        changed = item.report

        async def seen(*, hidden: bool = False) -> dict[UUID, Item]:
            if not own_first:
                await community.search(other)
            sent.clear()
            search = await community.search(searching, sealed=hidden, private=hidden)
            assert len(sent) == 1
            return {each.item.report: each.item for each in search.candidates}

        placed = replace(item, place="Main station")
        for change, right in ((PLACE, placed), (COLOUR, replace(placed, answered_colour="red"))):
            await community.rows(change, changed)
            assert (await seen())[changed] == right
            await searched_by_both(community, other, searching, sent)
        await community.rows(HIDE, changed)
        assert changed not in await seen()
        assert changed in await seen(hidden=True)
        await searched_by_both(community, other, searching, sent)
        await community.set_state(changed, ReportState.RETURNED)
        assert changed not in await seen(hidden=True)
        await searched_by_both(community, other, searching, sent)


@pytest.mark.parametrize("few", [0, 100])
async def test_a_new_report_stays_in_memory_when_the_other_side_searches(
    communities: Communities, monkeypatch: pytest.MonkeyPatch, sent: list[str], few: int
) -> None:
    for module in (search_changes, index_loading):
        monkeypatch.setattr(module, "FEW", few)
    async with communities.large() as community:
        lost = community.filled.lost[0]
        [found, *_] = (await community.search(lost)).candidates
        await community.search(found.item.report)
        new = await community.add(like=lost)
        assert new in (await counted(community, lost, sent))[0]
        await community.search(found.item.report)
        seen, statements = await counted(community, lost, sent)
        assert (new in seen, statements) == (True, 1)
        await searched_by_both(community, found.item.report, lost, sent)
