"""Worker and bots as child processes, stopped together with this one."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from cli.ending import end_in_time

STOP_SECONDS: Final = 65.0
"""Longer than a bot may take to finish what Slack has sent (bot/slack/server.py)."""
PARENT: Final = "REUNITE_PARENT"
"""Environment variable with the process id of the parent."""
READY_FILE: Final = "REUNITE_READY_FILE"
"""Environment variable with the file that a process writes when it is ready."""
_KEPT: Final = (
    "REUNITE_METRICS_PORT",  # only one process can listen there
    "REUNITE_HEALTH_FILE",  # which would be fresh while any of them is healthy
    "REUNITE_OWNER_DATABASE_URL",  # they work with the application's role
)
"""What children don't inherit."""
_SETTING: Final = "REUNITE_"
_LONG_SECONDS: Final = 5.0
"""Seconds after which it's said what the end waits for."""
_POLL_SECONDS: Final = 0.1
_PARENT_POLL_SECONDS: Final = 1.0


class ChildError(Exception):
    """A child process ended unexpectedly; its output is above."""


class Child:
    """A `reunite` command as a child process."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], ready_file: Path) -> None:
        """Start nothing yet. The process writes `ready_file` when it is ready."""
        self.name = " ".join(command)
        self._command = command
        self._environment = {
            **os.environ,
            **dict.fromkeys(_KEPT, ""),
            **{f"{name}_FILE": "" for name in (*_KEPT, *environment)},  # a setting can't be given both ways
            **{name: _whole(value) if name.startswith(_SETTING) else value for name, value in environment.items()},
            READY_FILE: str(ready_file),
            PARENT: str(os.getpid()),
        }
        self._ready_file = ready_file
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Start the process and return what it writes when it is ready. Raises ChildError if it ends first."""
        self._ready_file.unlink(missing_ok=True)
        # In a session of its own: Ctrl-C reaches only this process, which then stops the others.
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "cli.main", *self._command, env=self._environment, start_new_session=True
        )
        while not self._ready_file.exists():
            if self._process.returncode is not None:
                raise ChildError(
                    f"`reunite {self.name}` exited with status {self._process.returncode} before it was ready."
                )
            await asyncio.sleep(_POLL_SECONDS)
        return self._ready_file.read_text("utf-8")

    @property
    def pid(self) -> int | None:
        """The process id, once it was started."""
        return self._process.pid if self._process else None

    async def wait(self) -> int:
        """Wait until the process ends, and return its exit status."""
        return await self._process.wait() if self._process else 0

    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def has_ended(self) -> bool:
        return self._process is not None and self._process.returncode is not None

    async def stop(self) -> None:
        """Terminate the process; kill it if that takes too long."""
        if self._process is None or not self.is_running():
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
            except TimeoutError:
                self.kill()
                await self._process.wait()

    def kill(self) -> None:
        """End the process at once, if it runs."""
        if self._process and self.is_running():
            with suppress(ProcessLookupError):
                self._process.kill()


def _whole(value: str) -> str:
    """Return a value in quotation marks: a child takes one pair of them away (`environment` in cli/settings.py)."""
    return f'"{value}"' if value else ""


@asynccontextmanager
async def children(commands: Sequence[Sequence[str]], environment: Mapping[str, str]) -> AsyncIterator[list[Child]]:
    """Prepare processes; those that were started are stopped at the end, together: each may take a while."""
    with tempfile.TemporaryDirectory(prefix="reunite-") as folder:
        prepared = [
            Child(command, environment, Path(folder) / f"ready-{number}") for number, command in enumerate(commands)
        ]
        try:
            yield prepared
        finally:
            await asyncio.gather(*(child.stop() for child in prepared))


async def stop_all(running: Sequence[Child]) -> None:
    """Stop processes together, and say so if it takes long; Ctrl-C, pressed again meanwhile, kills them."""

    def kill() -> None:
        for child in running:
            child.kill()

    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, kill)
    stopping = asyncio.gather(*(child.stop() for child in running))
    await asyncio.wait({stopping}, timeout=_LONG_SECONDS)
    if left := [f"`reunite {child.name}`" for child in running if child.is_running()]:
        print(
            f"Still waiting for {', '.join(left)}. Ctrl-C ends {'it' if len(left) == 1 else 'them'} at once.",
            flush=True,
        )
    await stopping


async def until_asked_to_stop() -> None:
    """Wait for Ctrl-C, SIGTERM, or the end of the parent process."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    parent = os.environ.get(PARENT)
    while parent is None or os.getppid() == int(parent):  # a killed parent can't stop its children
        with suppress(TimeoutError):
            async with asyncio.timeout(_PARENT_POLL_SECONDS):
                await asked.wait()
                break
    end_in_time()
