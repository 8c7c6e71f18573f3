"""`reunite status` and `reunite communities`: the state of a deployment."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from rich.markup import escape

from bot.doctor import Finding
from cli import redis_check
from cli.servers import Servers
from cli.tables import Terminal
from db.communities import CommunityInfo, all_communities
from db.items import Numbers
from db.monitoring import FailedWork, Monitoring, Process, TaskCount, TriedAgain, Waiting
from db.store import Store
from db.work import KILLED_WORKERS
from reunite.plurals import counted

LATE_SECONDS: Final = 300.0
"""Seconds after which waiting work counts as late."""
_MAX_SHOWN: Final = 10
"""How many communities fit on one screen."""
_REMEDIES: Final = (
    (
        "TryAgainError",
        "The platform or the file's host didn't answer. The author got a message; posting it again retries.",
    ),
    (
        "OperationalError",
        "The database couldn't be reached. Check it with `reunite doctor`; posting the report again retries.",
    ),
    (KILLED_WORKERS, "The report killed its workers, perhaps for lack of memory. Give the worker more memory."),
)
_OTHER_REMEDY: Final = "The worker's log has the traceback: search it for the report's id. Please report the bug."


@dataclass(frozen=True, slots=True)
class Community:
    """A community, with its numbers and what waits in it."""

    info: CommunityInfo
    numbers: Numbers
    waiting: Waiting

    @property
    def size(self) -> tuple[int, int]:
        """Return how much waits in it, and how many reports are open: the noisiest community has the most."""
        return self.waiting.reports + self.waiting.replies, self.numbers.open_lost + self.numbers.open_found


@dataclass(frozen=True, slots=True)
class Status:
    """All that is shown."""

    processes: Sequence[Process]
    work: Sequence[TaskCount]
    outbox: Sequence[TaskCount]
    failed: Sequence[FailedWork] = ()
    communities: Sequence[Community] = ()
    tried_again: Sequence[TriedAgain] = ()
    redis: Finding | None = None
    """What Redis answers, if that was checked."""

    @property
    def alive(self) -> Counter[str]:
        """Return how many processes of each role are alive."""
        return Counter(process.role for process in self.processes if process.is_alive)

    @property
    def waiting(self) -> list[TaskCount]:
        """Return the work and replies that no process has started."""
        return [backlog for backlog in (*self.work, *self.outbox) if backlog.state in {"due", "queued"}]

    @property
    def is_late(self) -> bool:
        """Return whether something has waited for too long."""
        return any(backlog.seconds > LATE_SECONDS for backlog in self.waiting)

    @property
    def lacks_worker(self) -> bool:
        return not self.alive["worker"]

    @property
    def problems(self) -> list[str]:
        """Return the problems that someone should fix."""
        found = []
        if self.lacks_worker:
            found.append("No worker is running: start one with `reunite worker`.")
        if (number := self.alive["bot discord"]) > 1:
            found.append(
                f"{number} processes of `reunite bot discord` run and receive the same events: stop all but one."
                " (One that has crashed counts for half a minute.)"
            )
        by_workers = {"", "api"}  # work, and replies that nobody reads
        found += [
            f"Replies wait for {platform}, but it isn't running: start it with `reunite bot {platform}`."
            for platform in sorted({backlog.platform for backlog in self.waiting} - by_workers)
            if not self.alive[f"bot {platform}"]
        ]
        if self.redis and not self.redis.ok:
            problem = self.redis.found.rstrip(".")
            found.append(f"Redis can't be used ({problem}), so answers take a little longer. {self.redis.remedy}")
        if self.is_late:
            found.append(
                "Something has waited for more than 5 minutes: run `reunite doctor`, and read the logs of the workers"
                " and bots."
            )
        return found


async def read_waiting(store: Store) -> Status:
    """Read which processes are alive and what waits for them, which takes no longer with many communities."""
    monitoring = Monitoring(store)
    return Status(await monitoring.processes(), await monitoring.work(), await monitoring.outbox())


async def _read(store: Store) -> Status:
    """Read the whole status of a deployment."""
    return replace(
        await read_waiting(store),
        failed=await Monitoring(store).failed_work(),
        communities=await _communities(store),
        tried_again=await Monitoring(store).tried_again(),
    )


async def _communities(store: Store) -> list[Community]:
    waiting, numbers = await Monitoring(store).waiting(), await Monitoring(store).numbers()
    return [
        Community(known, numbers[known.id], waiting.get(known.id, Waiting()))
        for known in await all_communities(store)
        if known.id in numbers
    ]


async def run(where: Servers, *, as_json: bool) -> bool:
    """Print the status; return whether nothing is wrong. Without an address of Redis, it isn't checked."""
    async with Store(where.database_url, connections=1) as store:
        status = await _read(store)
    if where.redis_url:
        status = replace(status, redis=await redis_check.look(where))
    if as_json:
        print(json.dumps({**_json(status), "problems": status.problems}, default=plain))
    else:
        show(status)
    return not status.problems


async def list_communities(url: str, *, as_json: bool) -> None:
    """Print every community with its workspaces and numbers."""
    async with Store(url, connections=1) as store:
        known = await _communities(store)
    if as_json:
        print(json.dumps([_community_json(community) for community in known], default=plain))
    else:
        _print_communities(Terminal(soft_wrap=True), known)


def remedy(problem: str) -> str:
    """Return what to do about work that has failed."""
    return next((words for sign, words in _REMEDIES if sign in problem), _OTHER_REMEDY)


def _json(status: Status) -> dict[str, Any]:
    return {
        "processes": [asdict(process) for process in status.processes],
        "work": [asdict(backlog) for backlog in status.work],
        "outbox": [asdict(entry) for entry in status.outbox],
        "tried_again": [asdict(delayed) for delayed in status.tried_again],
        "failed": [{**asdict(failed), "remedy": remedy(failed.problem)} for failed in status.failed],
        "communities": [_community_json(community) for community in status.communities],
    }


def _community_json(community: Community) -> dict[str, Any]:
    return {**asdict(community.info), "numbers": asdict(community.numbers), "waiting": asdict(community.waiting)}


def plain(value: object) -> str:
    """Write a time as every other --json does, and ids unchanged."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def show(status: Status) -> None:
    """Print all of it on one screen."""
    console = Terminal(soft_wrap=True)
    console.print("Processes", style="bold")
    for process in status.processes:
        mark = "[green]✓[/]" if process.is_alive else "[red]✗[/]"
        since = f"since {process.started_at:%Y-%m-%d %H:%M}" if process.is_alive else "ended unexpectedly, or hangs"
        console.print(
            f"{mark} {escape(process.role)} {process.version} on {escape(process.host)} ({process.pid}), {since}"
        )
    if not status.processes:
        console.print("  none")
    console.print("Backlog", style="bold")
    for backlog in (*status.work, *status.outbox):
        console.print(
            f"  {_what(backlog.platform)} {backlog.state}: {backlog.number}, the oldest for {_age(backlog.seconds)}"
        )
    if not (*status.work, *status.outbox):
        console.print("  none")
    for delayed in status.tried_again:
        console.print(f"  {_what(delayed.platform)} tried again: {delayed.number} ({escape(delayed.problem)})")
    for failed in status.failed:
        console.print(f"[red]✗[/] {failed.created_at:%Y-%m-%d %H:%M} report {failed.report}: {escape(failed.problem)}")
        console.print(f"  → {escape(remedy(failed.problem))}")
    _print_communities(console, sorted(status.communities, key=lambda one: one.size, reverse=True)[:_MAX_SHOWN])
    if (more := len(status.communities) - _MAX_SHOWN) > 0:
        console.print(f"  {more} more with less waiting or open: `reunite communities` lists them.")
    for problem in status.problems:
        console.print(f"[red]✗[/] {escape(problem)}")


def _print_communities(console: Terminal, known: Sequence[Community]) -> None:
    console.print("Communities", style="bold")
    for community in known:
        info, numbers, waiting = community.info, community.numbers, community.waiting
        places = ", ".join(f"{platform}: {name}" for platform, name in info.workspaces)
        console.print(f"  {escape(info.name)} ({escape(places)})  {info.id}")
        console.print(
            f"    {numbers.open_lost} lost and {numbers.open_found} found open, {numbers.returned} returned;"
            f" {counted(numbers.photos, 'photo')}, {counted(numbers.texts, 'text')}"
        )
        if waiting != Waiting():
            replies = counted(waiting.replies, "reply", "replies")
            console.print(f"    waiting: {counted(waiting.reports, 'report')}, {replies}")
    if not known:
        console.print("  none yet: a bot creates one when it first meets a server or workspace")


def _what(platform: str) -> str:
    return f"replies for {platform}" if platform else "reports"


def _age(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{rest} s"
