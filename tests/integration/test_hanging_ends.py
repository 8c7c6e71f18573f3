"""A process that has failed ends, even if one of its threads hangs: only then is it restarted."""

import subprocess
import sys

import pytest

from tests.support.waiting import PATIENCE

_START = """
import asyncio, os, signal, sys, time
from concurrent.futures import ThreadPoolExecutor
from cli import context, ending
from db.cancellation import supervised

ending.SECONDS = 1

class Hanging:
    def encode_images(self, images):
        time.sleep(1000)
    encode_texts = encode_images

async def fail():
    raise ValueError

async def wait():
    await asyncio.sleep(1000)

async def kill():
    os.kill(os.getpid(), signal.SIGTERM)
    await wait()

async def encode(*service):
    from workers.batching import BatchingEncoder
    encoder = BatchingEncoder(Hanging())
    try:
        asyncio.create_task(encoder.texts(["a"]))
        while encoder.is_idle:
            await asyncio.sleep(0.01)
        async with supervised(*service):
            await wait()
    finally:
        await encoder.close()
"""
_HANGING = {
    "a thread of the event loop": """
async def work():
    asyncio.get_running_loop().run_in_executor(None, time.sleep, 1000)
    await fail()
context.run_async(work())
""",
    "a thread of another pool, which Python joins at the end": """
async def work():
    ThreadPoolExecutor().submit(time.sleep, 1000)
    await fail()
context.run_async(work())
""",
    "the encoder, which a worker closes": "context.run_async(encode(fail()))",
    "the encoder, when a command is asked to stop": "context.run_async(encode(kill()))",
    "the encoder, when a service is asked to stop": """
from cli.services import until_stopped
context.run_async(until_stopped(encode(kill())))
""",
    "a thread that keeps all others from running": """
import ctypes
async def work():
    try:
        async with supervised(fail()):
            await wait()
    finally:
        ctypes.PyDLL(None).sleep(1000)
context.run_async(work())
""",
}


@pytest.mark.untraced
@pytest.mark.parametrize("what", _HANGING)
def test_what_hangs_delays_the_end_of_a_process_only_for_a_while(what: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _START + _HANGING[what]], check=False, timeout=PATIENCE, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "Timeout (0:00:01)!" in ended.stderr  # and where each thread was


def test_a_command_that_has_ended_as_it_should_has_all_the_time_it_needs() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _START + "context.run_async(asyncio.sleep(0)); time.sleep(2); sys.exit(7)"],
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 7
