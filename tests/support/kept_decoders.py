"""Decoders that the next test goes on using: to start one is a fifth of the CPU time of a test with a photo."""

import asyncio
import socket
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

import pytest

from reunite.errors import TellUserError
from workers.decoder.child import Decoder, Grant, environment
from workers.decoder.wire import Decoded

_IDLE: Final = defaultdict[tuple[str, ...], list["_Kept"]](list)
"""By their command line. They end with this process, which closes their input."""


@dataclass
class _Kept:
    """A decoder's process and our end of its input and output."""

    process: subprocess.Popen[bytes]
    ours: socket.socket

    @classmethod
    def start(cls, command: tuple[str, ...]) -> "_Kept":
        ours, its = socket.socketpair()
        with its:
            pipe, nothing = its.fileno(), subprocess.DEVNULL
            process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=nothing, env=environment(), process_group=0
            )
        return cls(process, ours)


@dataclass
class _Lent:
    """The same for one test's event loop, with what a decoder uses of asyncio's processes."""

    kept: _Kept
    stdout: asyncio.StreamReader
    stdin: asyncio.StreamWriter

    @property
    def pid(self) -> int:
        return self.kept.process.pid

    @property
    def returncode(self) -> int | None:
        return self.kept.process.poll()

    def kill(self) -> None:
        self.kept.process.kill()

    async def communicate(self) -> None:
        self.stdin.close()
        self.kept.ours.close()
        await asyncio.to_thread(self.kept.process.wait)


class KeptDecoder(Decoder):
    """Gives its process back at the end, unless that is in the middle of a photo."""

    _is_idle = False

    async def decode(self, data: bytes, grant: Grant) -> Decoded:
        self._is_idle = False
        try:
            decoded = await super().decode(data, grant)
        except TellUserError:
            self._is_idle = True
            raise
        self._is_idle = True
        return decoded

    async def end(self) -> None:
        lent = cast("_Lent | None", self._process)
        if lent is None or not self._is_idle or lent.returncode is not None:
            return await super().end()
        self._process = None
        lent.stdin.close()
        _IDLE[self._command].append(lent.kept)
        return None

    async def _started(self) -> Any:
        idle = _IDLE[self._command]
        while idle and idle[-1].process.poll() is not None:  # a test has killed it
            idle.pop().ours.close()
        kept = idle.pop() if idle else await asyncio.to_thread(_Kept.start, self._command)
        reader, writer = await asyncio.open_connection(sock=kept.ours.dup())
        return _Lent(kept, reader, writer)


def kept_decoders() -> set[int]:
    """Return the process ids of the idle ones."""
    return {kept.process.pid for of_one_kind in _IDLE.values() for kept in of_one_kind}


@contextmanager
def decoders_kept() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workers.decoder.pool.Decoder", KeptDecoder)
        yield
