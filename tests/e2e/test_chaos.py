"""A short round of `make chaos`, which is for hours: a process of its own, so that collecting tests imports nothing."""

import json
import sys
from asyncio.subprocess import PIPE

import pytest

from tests.support.processes import process

pytestmark = pytest.mark.slow


async def test_a_few_kills_lose_and_double_nothing() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--rounds", "3", "--platform", "discord", "--seed", "7"]
    async with process(*command, stdout=PIPE) as running:
        output, _ = await running.communicate()
    figures = json.loads(output)
    assert figures["faults"] == []
    assert figures["posts"] >= 3
    assert figures["messages"] >= figures["posts"] - figures["deleted"]
