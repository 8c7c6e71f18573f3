"""Worker and bots as processes of their own, started by this one and ended with it."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

STOP_SECONDS: Final = 15.0
PARENT: Final = "REUNITE_PARENT"
"""Variable that tells a process of ours who started it."""
_LOOK_EVERY: Final = 0.1
_PARENT_LOOK_EVERY: Final = 1.0


class ChildError(Exception):
    """A process of ours ended where it should not have; what it said stands above."""


class Child:
    """A `reunite` command in a process of its own. `name` is the command's first words."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], ready_file: Path) -> None:
        """Start nothing yet. The process writes `ready_file` once it is ready."""
        self.name = " ".join(command)
        self._command = command
        self._environment = {
            **os.environ,
            **environment,
            "REUNITE_READY_FILE": str(ready_file),
            PARENT: str(os.getpid()),
        }
        self._ready_file = ready_file
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Start the process and return what it wrote when it was ready. Raises ChildError if it ends before."""
        self._ready_file.unlink(missing_ok=True)
        # A session of its own: Ctrl-C reaches this process alone, which then ends the others in order.
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "cli.main", *self._command, env=self._environment, start_new_session=True
        )
        while not self._ready_file.exists():
            if self._process.returncode is not None:
                msg = f"`reunite {self.name}` exited with status {self._process.returncode} before it was ready."
                raise ChildError(msg)
            await asyncio.sleep(_LOOK_EVERY)
        return self._ready_file.read_text("utf-8")

    async def ended(self) -> int:
        """Wait until the process ends by itself, and return its exit status."""
        return await self._process.wait() if self._process else 0

    def has_ended(self) -> bool:
        """Tell whether the process was started and has ended."""
        return self._process is not None and self._process.returncode is not None

    async def stop(self) -> None:
        """Ask the process to end; insist after a while."""
        if self._process is None or self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


@asynccontextmanager
async def children(commands: Sequence[Sequence[str]], environment: Mapping[str, str]) -> AsyncIterator[list[Child]]:
    """Prepare processes; whatever was started of them is stopped at the end, the last first."""
    with tempfile.TemporaryDirectory(prefix="reunite-") as folder:
        prepared = [
            Child(command, environment, Path(folder) / f"ready-{number}") for number, command in enumerate(commands)
        ]
        try:
            yield prepared
        finally:
            for child in reversed(prepared):
                await child.stop()


async def until_asked_to_stop() -> None:
    """Wait for Ctrl-C or SIGTERM, or for the end of the process of ours that started this one."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    parent = os.environ.get(PARENT)
    while parent is None or os.getppid() == int(parent):  # a killed parent can't end its children itself
        with suppress(TimeoutError):
            async with asyncio.timeout(_PARENT_LOOK_EVERY):
                await asked.wait()
                return
