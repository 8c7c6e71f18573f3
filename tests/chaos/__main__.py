"""`make chaos`: people post, confirm and delete while everything is killed at random; then a checker counts.

python -m tests.chaos --rounds 100 --platform discord --seed 1
"""

import argparse
import asyncio
import json
import random
import shutil
import sys
from contextlib import AsyncExitStack
from math import inf
from pathlib import Path
from typing import Any

from cli.backup import backup
from embedded import EmbeddedServers, Urls
from tests.chaos.chaos_run import ChaosRun
from tests.chaos.folders import folder, small_disk
from tests.chaos.sides import DiscordSide, Side, SlackSide
from tests.doubles.discord import DiscordDouble
from tests.doubles.slack import SlackDouble
from tests.support.slack_adapter import no_proxy

_AGAIN, _RETRIES = 10, 200
"""Seconds after which an unacknowledged event is sent again, and how often: more often than Slack, and for longer."""


async def chaos(platform: str, given: argparse.Namespace) -> dict[str, Any]:
    """Run one chaos test on servers of its own; return its figures, with the faults found."""
    with no_proxy(), folder() as home, small_disk(home) as is_small, EmbeddedServers(home) as servers:
        async with AsyncExitStack() as stack:
            side = await _side(platform, stack)
            chance, only = random.Random(given.seed), given.only or ()  # noqa: S311 - no secret
            chaos_run = ChaosRun(side, servers, home, chance, is_small, given.kills, only, given.metrics)
            try:
                figures = await (
                    chaos_run.flush(given.flushes) if given.flushes else chaos_run.run(given.rounds, given.minutes)
                )
                if given.logs and figures["faults"]:
                    _keep(given.logs / f"{platform}-{given.seed}", side, servers)
                return figures
            finally:
                if given.logs:
                    for log in home.parent.glob("*.log"):
                        shutil.copy(log, given.logs / f"{platform}-{given.seed}-{log.name}")


def _keep(name: Path, side: Side, servers: Urls) -> None:
    """Keep what shows how the faults came about."""
    name.with_suffix(".said").write_text("\n\n".join(side.everything()))
    backup(servers.owner_database_url, name.with_suffix(".dump"))


async def _side(platform: str, stack: AsyncExitStack) -> Side:
    if platform == "discord":
        return DiscordSide(await stack.enter_async_context(DiscordDouble()))
    slack = await stack.enter_async_context(SlackDouble.running(acknowledge_within=_AGAIN, retries=_RETRIES))
    return SlackSide(slack)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--platform", choices=["discord", "slack"], action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0, help="in each round, on top of what goes wrong there")
    parser.add_argument("--only", action="append", help="what goes wrong, such as “postgres shuts down”; repeatable")
    parser.add_argument("--flushes", type=int, default=0, help="only empty Redis so often, and take the time")
    parser.add_argument("--minutes", type=float, default=inf, help="after which no further round begins")
    parser.add_argument("--logs", type=Path, help="an existing folder for the processes' logs")
    parser.add_argument("--metrics", type=int, help="the port of the worker's metrics; the bot's is the next one")
    given = parser.parse_args()
    faults = 0
    for platform in given.platform or ["discord", "slack"]:
        figures = asyncio.run(chaos(platform, given))
        sys.stdout.write(json.dumps({"platform": platform, "seed": given.seed, **figures}) + "\n")
        sys.stdout.flush()
        faults += len(figures["faults"])
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
