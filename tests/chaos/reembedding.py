"""A change of the encoder that is killed in the middle and run again, while searches go on.

python -m tests.chaos.reembedding --reports 1000
"""

import argparse
import asyncio
import json
import sys
import time
from statistics import median
from typing import Any

from db.migrate import migrate
from embedded import EmbeddedServers
from tests.chaos.folders import folder
from tests.support.reembedding import KilledRun, kill_and_resume
from tests.support.world import open_world


async def run(reports: int) -> KilledRun:
    with folder() as home, EmbeddedServers(home) as servers:
        await migrate(servers.owner_database_url)
        async with open_world(servers.database_url, servers.redis_url) as world:
            return await kill_and_resume(world, servers.database_url, reports)


def figures(killed: KilledRun) -> dict[str, Any]:
    return {
        "reports": killed.reports,
        "embedded before the kill": killed.kept,
        "embedded by the second run": killed.embedded,
        "embedded once in the end": killed.embedded_once,
        "searches": len(killed.searches),
        "wrong": killed.wrong,
        "median ms": round(1000 * median(killed.searches)),
        "longest ms": round(1000 * max(killed.searches)),
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=1000)
    began = time.monotonic()
    killed = asyncio.run(run(parser.parse_args().reports))
    sys.stdout.write(json.dumps(figures(killed) | {"seconds": round(time.monotonic() - began)}) + "\n")
    is_right = killed.embedded_once == killed.reports == killed.kept + killed.embedded and not killed.wrong
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
