"""The worker and the bot of a storm: started, killed, started again when they end, and waited for."""

import json
import sys
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.waiting import eventually


@dataclass
class Children:
    """Processes by role. `settings` go to each of them, and `home` gets their logs."""

    home: Path
    settings: dict[str, Any]
    did: Counter[str]
    processes: dict[str, Process] = field(default_factory=dict)

    async def start(self, role: str) -> None:
        ready = self._ready_file(role)
        ready.unlink(missing_ok=True)
        settings = {**self.settings, "ready": str(ready)}
        command = [sys.executable, "-m", "tests.chaos.child", role, json.dumps(settings)]
        with (self.home / f"{role}.log").open("ab") as log:
            self.processes[role] = await create_subprocess_exec(*command, stdout=log, stderr=log, stdin=DEVNULL)

    async def kill(self, role: str) -> None:
        """Kill a process, and start it again."""
        await self._end(self.processes[role])
        await self.start(role)

    async def supervise(self) -> None:
        """Start again what has ended by itself, as Docker does."""
        for role, process in list(self.processes.items()):
            if process.returncode is not None:
                self.did[f"{role} ended by itself"] += 1
                await self.start(role)

    async def wait(self, seconds: float) -> None:
        """Wait until all are ready, for no longer than so many seconds."""
        with suppress(TimeoutError):
            await eventually(self._are_ready, within=seconds)

    async def end(self) -> None:
        for process in self.processes.values():
            await self._end(process)

    def signal(self, number: int) -> None:
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                process.send_signal(number)

    async def _are_ready(self) -> bool:
        await self.supervise()
        return all(self._ready_file(role).exists() for role in self.processes)

    def _ready_file(self, role: str) -> Path:
        return self.home / f"{role}.ready"

    @staticmethod
    async def _end(process: Process) -> None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
