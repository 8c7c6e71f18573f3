"""What a deployment has to do, one stage after the other; Discord and Slack are played by their doubles."""

import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Final

import aiohttp

import bot
from tests.chaos.sides import CARD, Side
from tests.compose.engine import Deployment
from tests.compose.update import Update
from tests.support.waiting import eventually

BOTS: Final = ("discord", "slack", "webhook", "api", "board")
OURS: Final = (*BOTS, "worker")
ALL: Final = ("postgres", "redis", *OURS)
LABELS: Final = ("High confidence", "Possible match")
DUMP: Final = "exec -T postgres pg_dump --username=reunite --format=custom reunite"
KEYS: Final = "exec -T worker cat /keys/keys"
ROLE: Final = "CREATE ROLE reunite_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT"
RESTORE: Final = "exec -T postgres pg_restore --username=reunite --dbname=reunite --exit-on-error"
RESTORE_KEYS: Final = "run --rm --no-deps -T --entrypoint sh migrate -c"
WRITE_KEYS: Final = "umask 077; cat > /keys/keys"
DOCTOR: Final = "run --rm doctor"
COMMANDS: Final = ("exec -T worker reunite status", "run --rm migrate keys rotate", "run --rm worker calibrate --undo")
_SAMPLES: Final = Path(bot.__file__).parent / "web" / "static" / "samples"
_THINGS: Final = ("backpack", "umbrella", "teddy", "ball", "bottle")
_ANSWER: Final = 300.0
_UPDATE: Final = 1200.0
"""Seconds for an answer while everything is started again, and all reports are embedded again before it."""
_CONFINED: Final = 'test "$(id -u)" != 0 && grep -q "^CapEff:[[:space:]]*0*$" /proc/self/status && ! touch /here'


def sample(name: str) -> bytes:
    return (_SAMPLES / f"{name}.jpg").read_bytes()


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


@dataclass
class Drill:
    """A deployment, the people on its platforms, and what they have posted."""

    deployment: Deployment
    sides: list[Side]
    addresses: list[str]
    """Of the HTTP servers that are published on this machine."""
    posts: list[tuple[Side, str, str]] = field(default_factory=list)

    async def run(self) -> None:
        stages: dict[str, Callable[[], Awaitable[None]]] = {
            "the images are built": self._build,
            "every service is healthy": self._up,
            "no service has rights or can write": self._confined,
            "a found report and a lost report get a labelled answer": self._answer,
            "doctor and the commands of the docs": self._commands,
            "each container restarted, nothing lost": self._restart,
            "an update has changed the encoder: everything embedded again": self._update.followed,
            "another encoder prepared while the worker goes on, and switched to": self._update.prepared,
            "backed up, destroyed and restored": self._restore,
        }
        for what, stage in stages.items():
            began = time.monotonic()
            try:
                await stage()
            except (AssertionError, TimeoutError):
                say((await self.deployment.run("logs", "--tail=20")).decode(errors="replace"))
                raise
            say(f"✓ {what} ({time.monotonic() - began:.0f} s)")

    @property
    def _update(self) -> Update:
        return Update(self.deployment, ALL, self._answer_again)

    async def _build(self) -> None:
        await self.deployment.run("build")

    async def _up(self) -> None:
        await self.deployment.run("up", "--detach")
        await self.deployment.healthy(*ALL)
        async with aiohttp.ClientSession() as session:
            for address in self.addresses:
                async with session.get(address) as response:
                    assert response.status < 500, (address, response.status)

    async def _confined(self) -> None:
        for service in ALL:
            await self.deployment.run("exec", "-T", service, "sh", "-c", _CONFINED)

    async def _answer(self) -> None:
        for side in self.sides:
            await self._post(side, "found", "backpack", "found this backpack by the stage")
            await self._labelled(side, "backpack-side", "my backpack")

    async def _answer_again(self) -> None:
        for side in self.sides:
            await self._labelled(side, "backpack-side", "my backpack", within=_UPDATE)

    async def _labelled(self, side: Side, picture: str, words: str, within: float = _ANSWER) -> None:
        lost = await self._post(side, "lost", picture, words)

        def card() -> str | None:
            texts = [text for _, text in side.thread("lost", lost) if CARD in text]
            return next((text for text in texts if any(label in text for label in LABELS)), None)

        await eventually(card, f"no labelled answer to “{words}” on {side.role}", within=within)

    async def _post(self, side: Side, kind: str, picture: str, words: str) -> str:
        post = await side.post(kind, picture, words)
        self.posts.append((side, kind, post))
        return post

    async def _commands(self) -> None:
        say((await self.deployment.run(*DOCTOR.split())).decode())
        for command in COMMANDS:
            await self.deployment.run(*command.split())
        await self.deployment.healthy(*ALL)

    async def _restart(self) -> None:
        things = cycle(_THINGS)
        for service in ALL:
            thing = next(things)
            for side in self.sides:
                await self._post(side, "found", thing, f"a {thing}, found while {service} restarts")
            await self.deployment.run("restart", service)
            for side in self.sides:
                await self._post(side, "lost", thing, f"a {thing}, lost while {service} restarts")
            await self.deployment.healthy(*ALL)
            await self._nothing_is_lost()

    async def _nothing_is_lost(self) -> None:
        def unanswered() -> list[tuple[str, str, str]]:
            return [(side.role, kind, post) for side, kind, post in self.posts if not side.thread(kind, post)]

        await eventually(unanswered, holds=lambda posts: not posts, within=_ANSWER)
        doubled = {key: number for side in self.sides for key, number in side.keys().items() if number > 1}
        assert not doubled, doubled

    async def _restore(self) -> None:
        for side in self.sides:
            await self._post(side, "found", "mug", "found this mug in the kitchen")
        await self._nothing_is_lost()
        run = self.deployment.run
        dump, keys = await run(*DUMP.split()), await run(*KEYS.split())
        await run("down", "--volumes")
        await run("up", "--detach", "postgres")
        await self.deployment.healthy("postgres")
        await run("exec", "-T", "postgres", "psql", "--username=reunite", "reunite", "--command", ROLE)
        await run(*RESTORE.split(), given=dump)
        await run(*RESTORE_KEYS.split(), WRITE_KEYS, given=keys)
        await run("up", "--detach")
        await self.deployment.healthy(*ALL)
        for side in self.sides:
            await self._labelled(side, "mug", "my mug")
        await self._nothing_is_lost()
        await run(*DOCTOR.split())
