"""The worker and the bot of a run: started, killed, started again when they end, and waited for."""

import asyncio
import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final

from tests.chaos import child
from tests.support.waiting import eventually

_FORKS: Final = get_context("forkserver")
"""Starts processes that have imported everything already, which takes over a second of processor time."""
_FORKS.set_forkserver_preload([child.__name__])


@dataclass
class Children:
    """Processes by role. `settings` go to each of them, and `home` gets their logs."""

    home: Path
    settings: dict[str, Any]
    did: Counter[str]
    processes: dict[str, ForkServerProcess] = field(default_factory=dict)

    async def start(self, role: str) -> None:
        ready = self._ready_file(role)
        ready.unlink(missing_ok=True)
        settings = {**self.settings, "ready": str(ready)}
        process = _FORKS.Process(target=child.run, args=(role, settings, self.home / f"{role}.log"), daemon=True)
        await asyncio.to_thread(process.start)
        self.processes[role] = process

    async def kill(self, role: str) -> None:
        """Kill a process, and start it again."""
        await self._end(self.processes[role])
        await self.start(role)

    async def supervise(self) -> None:
        """Start again what has ended by itself, as Docker does."""
        for role, process in list(self.processes.items()):
            if process.exitcode is not None:
                self.did[f"{role} ended by itself"] += 1
                await self.start(role)

    async def wait(self, seconds: float) -> None:
        """Wait until all are ready, at most this many seconds."""
        with suppress(TimeoutError):
            await eventually(self._are_ready, within=seconds)

    async def end(self) -> None:
        for process in self.processes.values():
            await self._end(process)

    def signal(self, number: int, *, role: str | None = None) -> None:
        """Send a signal to a process, or to all of them."""
        for process in [self.processes[role]] if role else self.processes.values():
            if process.pid:  # 0 would be this process's own group
                with suppress(ProcessLookupError):
                    os.kill(process.pid, number)

    async def _are_ready(self) -> bool:
        await self.supervise()
        return all(self._ready_file(role).exists() for role in self.processes)

    def _ready_file(self, role: str) -> Path:
        return self.home / f"{role}.ready"

    @staticmethod
    async def _end(process: ForkServerProcess) -> None:
        process.kill()
        await asyncio.to_thread(process.join)
