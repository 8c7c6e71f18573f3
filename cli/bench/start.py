"""`reunite bench start`: how soon worker, bot and demo are ready, and how much memory worker and bot take."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from rich.table import Table

from cli.bench.chat import on_local_discord, photo, until_answered
from cli.bench.memory import resident
from cli.children import Child, ChildError
from cli.context import run_async
from cli.progress import say
from cli.servers import Servers
from cli.tables import print_table

_PHOTO_SIZE: Final = (4032, 3024)
_REUNITE: Final = (sys.executable, "-P", "-m", "cli.main")
_PYTHON: Final = (sys.executable, "-P", "-c", "pass")
_READY: Final = b"Reunite is ready"
_TIMEOUT_SECONDS: Final = 540.0
_LABELS: Final = {
    "worker_ready_s": "worker ready after, s",
    "bot_ready_s": "bot ready after, s",
    "worker_mb": "worker, MB",
    "decoders_mb": "its decoders, MB",
    "bot_mb": "bot, MB",
    "help_s": "reunite --help, s",
    "help_to_python": "times as long as Python itself",
    "demo_ready_s": "demo ready at its second start after, s",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure."""

    rounds: int
    photos: int
    full_size_clip: bool
    demo: bool


def run(where: Servers, plan: Plan, *, as_json: bool) -> None:
    """Measure starts and print the medians."""
    with tempfile.TemporaryDirectory(prefix="reunite-bench-") as folder:
        encoder = _full_size_clip(Path(folder)) if plan.full_size_clip else {}
        measured = [run_async(_measure(where, encoder, plan.photos)) for _ in range(plan.rounds)]
    measured = [run | _help() for run in measured]
    figures = {name: round(median(run[name] for run in measured), 2) for name in measured[0]}
    if plan.demo:
        figures["demo_ready_s"] = round(_demo(), 2)
    if as_json:
        print(json.dumps({"rounds": plan.rounds, **figures}))
        return
    table = Table("", "", title=f"Medians of {plan.rounds} starts", show_header=False)
    for name, value in figures.items():
        table.add_row(_LABELS[name], str(value))
    print_table(table)


def _full_size_clip(folder: Path) -> Mapping[str, str]:
    from workers.bench import save_full_size_clip

    say("Creating CLIP ViT-B/32 with random weights …")
    save_full_size_clip(folder)
    return {"REUNITE_ENCODER": "clip", "REUNITE_MODEL": str(folder)}


async def _measure(home: Servers, encoder: Mapping[str, str], photos: int) -> dict[str, float]:
    """Start a worker, then a bot with a local Discord, post photos, and measure the memory once they are answered."""
    async with on_local_discord(home, [["worker"], ["bot", "discord"]], encoder) as (discord, (worker, bot), owner):
        seconds = [await _seconds_until_ready(process) for process in (worker, bot)]
        for number in range(photos):
            await discord.post(f"thing {number}", photo("#dc281e", _PHOTO_SIZE))
        say(f"Posted {photos} photos; waiting for the replies …")
        await asyncio.wait_for(until_answered(owner, photos), _TIMEOUT_SECONDS)
        of_worker, of_bot = (resident(process.pid or 0) for process in (worker, bot))
        return {
            "worker_ready_s": seconds[0],
            "bot_ready_s": seconds[1],
            "worker_mb": of_worker.own,
            "decoders_mb": of_worker.children,
            "bot_mb": of_bot.own,
        }


async def _seconds_until_ready(process: Child) -> float:
    say(f"Starting the {process.name} …")
    begun = time.perf_counter()
    await process.start()
    return time.perf_counter() - begun


def _help() -> dict[str, float]:
    shown, bare = (_seconds(command) for command in ((*_REUNITE, "--help"), _PYTHON))
    return {"help_s": shown, "help_to_python": shown / bare}


def _seconds(command: tuple[str, ...]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - ourselves
    return time.perf_counter() - begun


def _demo() -> float:
    """Start the demo twice in a folder of its own; return how long the second start took."""
    without_ours = {name: value for name, value in os.environ.items() if not name.startswith("REUNITE_")}
    with tempfile.TemporaryDirectory(prefix="reunite-bench-") as folder:
        for what in ("the first time, which makes its database", "again"):
            say(f"Starting the demo {what} …")
            seconds = _demo_ready({**without_ours, "REUNITE_HOME": folder, "REUNITE_OPEN_SET_URL": "off"})
    return seconds


def _demo_ready(environment: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    command = (*_REUNITE, "demo", "--port", "0")  # any that are free
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as demo:  # noqa: S603 - ourselves
        try:
            for line in demo.stdout or ():
                if line.startswith(_READY):
                    return time.perf_counter() - begun
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.communicate()
    raise ChildError("The demo ended before it was ready; see its output above.")
