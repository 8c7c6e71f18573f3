"""A process that has failed ends, even if one of its threads hangs: only then is it restarted."""

import signal
import subprocess
import sys

HANGING = """
import asyncio, time
from cli import context

async def fail():
    asyncio.get_running_loop().run_in_executor(None, time.sleep, 1000)
    raise ValueError

context._END_SECONDS = 1
context.run_async(fail())
"""


def test_a_hanging_thread_delays_the_end_of_a_failed_process_only_for_a_while() -> None:
    ended = subprocess.run([sys.executable, "-c", HANGING], check=False, timeout=100)
    assert ended.returncode == -signal.SIGALRM
