"""Keeps all cores busy at a worker's priority with matrix products, which is what an encoder computes.

It's run as `python -m cli.bench.busy PARENT`.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import numpy as np

from cli.priority import give_way

_SIZE: Final = 1024


@asynccontextmanager
async def busy_cores() -> AsyncIterator[None]:
    """Keep all cores busy until the end."""
    command = (sys.executable, "-P", "-m", "cli.bench.busy", str(os.getpid()))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, start_new_session=True)
    try:
        if process.stdout:
            await process.stdout.readline()
        yield
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def main() -> None:
    """Multiply until the parent ends."""
    give_way()
    matrix = np.random.default_rng(0).random((_SIZE, _SIZE), np.float32)
    print("busy", flush=True)
    while os.getppid() == int(sys.argv[1]):
        matrix @ matrix


if __name__ == "__main__":
    main()
