"""A short round of `make chaos`, which is for hours: python -m tests.chaos."""

import pytest

from tests.chaos.__main__ import chaos

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("platform", ["discord", "slack"])
async def test_a_few_kills_lose_and_double_nothing(platform: str) -> None:
    figures = await chaos(platform, rounds=3, seed=7)
    assert figures["faults"] == []
    assert figures["posts"] >= 3
    assert figures["messages"] >= figures["posts"] - figures["deleted"]
