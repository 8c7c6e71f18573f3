"""The statements that searches send."""

from uuid import UUID

import pytest

from db.queries import Fetch, Queries, Statement
from tests.support.large_communities import Large, ids


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of searches."""
    queries: list[str] = []
    send = Queries._send

    async def noted(self: Queries, statement: Statement) -> Fetch:
        queries.append(statement[0])
        return await send(self, statement)

    monkeypatch.setattr(Queries, "_send", noted)
    return queries


async def counted(community: Large, report: UUID, sent: list[str]) -> tuple[set[UUID], int]:
    """Return a search's candidates, and how many statements it took."""
    sent.clear()
    return ids(await community.search(report)), len(sent)
