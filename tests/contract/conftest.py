"""What the contract's tests on the platforms share."""

from collections.abc import AsyncIterator

import pytest

from tests.contract.harness import Harness
from tests.contract.platforms import HARNESSES, opened


@pytest.fixture(params=HARNESSES)
async def harness(
    request: pytest.FixtureRequest, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Harness]:
    async with opened(request.param, database_url, monkeypatch) as harness:
        yield harness
