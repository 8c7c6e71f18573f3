"""A decoder process: opens one photo at a time; started when needed, and killed if it takes too long."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import asdict, dataclass
from typing import Final

from reunite.encoder import WHOLE, Framing
from reunite.errors import TellUserError
from workers.decoder import wire

_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
"""The only variables that a decoder gets from the worker: no tokens or passwords."""
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}

_PIECE: Final = 256 * 1024
_END_SECONDS: Final = 10.0

Grant = Callable[[int], AbstractAsyncContextManager[None]]


def environment() -> dict[str, str]:
    """Return a decoder's environment variables."""
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | _ONE_THREAD


class DecoderDiedError(Exception):
    """A decoder died while decoding a photo. With `by_limit` it ran out of CPU time, so a retry is pointless."""

    def __init__(self, reason: str, *, by_limit: bool = False) -> None:
        """`reason` is for the log."""
        super().__init__(reason)
        self.by_limit = by_limit


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one photo: seconds of CPU time, and seconds by the clock between two answers."""

    cpu_seconds: int = 8
    clock_seconds: float = 60


class Decoder:
    """A decoder's process, as the worker sees it."""

    def __init__(self, limits: Limits, framing: Framing = WHOLE, *, cover: Sequence[str] = ()) -> None:
        """Start nothing yet. `cover` may contain "faces" and "cards"."""
        self._limits = limits
        self._framing = framing
        arguments = (str(limits.cpu_seconds), json.dumps(asdict(framing)), *cover)
        self._command = (sys.executable, "-P", "-B", "-m", "workers.decoder", *arguments)
        self._process: asyncio.subprocess.Process | None = None

    async def decode(self, data: bytes, grant: Grant) -> wire.Decoded:
        """Open a photo; `grant` reserves the memory that it needs.

        Raises TellUserError if the photo can't be used, and DecoderDiedError if the decoder died.
        """
        process = self._process = self._process or await self._started()
        try:
            return await self._asked(process, data, grant)
        except TellUserError:
            raise
        except TimeoutError as error:
            await self.end()
            raise DecoderDiedError("timed out") from error
        except (asyncio.IncompleteReadError, OSError, wire.ProtocolError) as error:
            await self.end()
            by_limit = process.returncode == -signal.SIGXCPU
            raise DecoderDiedError(f"{type(error).__name__}, status {process.returncode}", by_limit=by_limit) from error
        except BaseException:
            await self.end()  # nobody waits any more for the photo that it's decoding
            raise

    async def end(self) -> None:
        """End the process; the next photo gets a new one."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(_END_SECONDS):
                    await process.communicate()  # before Python 3.13, wait() hangs if there is unread output

    @property
    def pid(self) -> int | None:
        """The id of the process, if it's running."""
        return self._process.pid if self._process else None

    async def _started(self) -> asyncio.subprocess.Process:
        async with asyncio.timeout(self._limits.clock_seconds):
            return await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # libraries write there about every unusual photo
                env=environment(),
                # Ctrl-C must only reach the worker; a decoder ends with its pipe. A new session would raise its
                # priority to the bot's (cli/priority.py).
                process_group=0,
            )

    async def _asked(self, process: asyncio.subprocess.Process, data: bytes, grant: Grant) -> wire.Decoded:
        answer = await self._answer(process, wire.length(data), data)
        if "needs" not in answer:
            return await self._outcome(process, answer)
        if not isinstance(answer["needs"], int):
            raise wire.ProtocolError
        async with grant(answer["needs"]):
            return await self._outcome(process, await self._answer(process, wire.GO))

    async def _answer(self, process: asyncio.subprocess.Process, *messages: bytes) -> dict[str, object]:
        assert process.stdin is not None  # noqa: S101 - it was started with pipes
        assert process.stdout is not None  # noqa: S101
        async with asyncio.timeout(self._limits.clock_seconds):
            for start, piece in ((start, message) for message in messages for start in range(0, len(message), _PIECE)):
                process.stdin.write(piece[start : start + _PIECE])  # writing all at once would copy it in memory
                await process.stdin.drain()
            return await wire.read_message(process.stdout)

    async def _outcome(self, process: asyncio.subprocess.Process, answer: dict[str, object]) -> wire.Decoded:
        if "problem" in answer:
            if answer.get("is_last"):
                await self.end()
            raise wire.problem(answer)
        assert process.stdout is not None  # noqa: S101
        async with asyncio.timeout(self._limits.clock_seconds):
            return await wire.read_picture(process.stdout, answer, self._framing)
