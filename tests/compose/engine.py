"""Docker and Compose as they are installed, and one deployment that they run."""

import asyncio
import ipaddress
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socket import AF_INET
from typing import Any, Final

import psutil

from tests.support.waiting import eventually

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = "reunite-compose-test"
_START_SECONDS: Final = 600.0
_TAIL: Final = 6000


class NoEngineError(Exception):
    """Nothing here can run containers; the message says why."""


def docker_command() -> str:
    """Return the path of Docker, if its engine answers. Raises NoEngineError."""
    docker = shutil.which("docker")
    if docker is None:
        raise NoEngineError("Docker isn't installed")
    if _said(docker, "info") is None:
        raise NoEngineError("no Docker engine answers `docker info`")
    return docker


def compose_command(docker: str) -> list[str]:
    """Return the command of Compose: Docker's plugin or the older program. Raises NoEngineError."""
    for command in ([docker, "compose"], [shutil.which("docker-compose") or ""]):
        if command[0] and _said(*command, "version") is not None:
            return command
    raise NoEngineError("Docker Compose isn't installed")


def bridge(docker: str) -> str:
    """Return the address of this machine that containers reach. Raises NoEngineError where they run elsewhere."""
    answer = (
        _said(docker, "network", "inspect", "bridge", "--format", "{{range .IPAM.Config}}{{.Subnet}} {{end}}") or ""
    )
    subnets = [ipaddress.ip_network(subnet) for subnet in answer.split()]
    here = [
        entry.address for interface in psutil.net_if_addrs().values() for entry in interface if entry.family == AF_INET
    ]
    for address in here:
        if any(ipaddress.ip_address(address) in subnet for subnet in subnets):
            return address
    raise NoEngineError("the engine's containers run on another machine, and can't reach the doubles on this one")


def _said(*command: str) -> str | None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode else done.stdout


@dataclass
class Deployment:
    """A checkout in which Compose runs everything, as an operator has it."""

    folder: Path
    docker: str
    compose: Sequence[str]
    variables: dict[str, str] = field(default_factory=dict)

    def check_out(self) -> None:
        """Copy the files that git knows, and the settings that put doubles in place of the platforms."""
        git = (
            shutil.which("git") or "git",
            "-C",
            str(ROOT),
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        )
        for name in filter(None, (_said(*git) or "").split("\0")):
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
        shutil.copyfile(ROOT / "tests/compose/doubles.yml", self.folder / "doubles.yml")
        (self.folder / "secrets").mkdir()

    def settle(self, values: dict[str, str]) -> None:
        """Fill in a copy of .env.example, as the docs say. Raises KeyError for a line that isn't there."""
        lines = (self.folder / ".env.example").read_text("utf-8").splitlines()
        places = {line.partition("=")[0]: number for number, line in enumerate(lines) if line and line[0] != "#"}
        for name, value in values.items():
            lines[places[name]] = f"{name}={value}"
        (self.folder / ".env").write_text("\n".join([*lines, ""]), "utf-8")

    def keep_secret(self, name: str, value: str) -> str:
        """Write a secret into a file that the containers' user can read; return its path there."""
        file = self.folder / "secrets" / name
        file.write_text(value, "utf-8")
        file.chmod(0o444)
        return f"/run/secrets/{name}"

    async def run(self, *arguments: str, given: bytes = b"") -> bytes:
        """Run Compose; return its output."""
        return await self._run([*self.compose, *arguments], given)

    async def _run(self, command: Sequence[str], given: bytes = b"") -> bytes:
        pipe = asyncio.subprocess.PIPE
        started = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, env=self._environment(), stdin=pipe, stdout=pipe, stderr=pipe
        )
        output, errors = await started.communicate(given)
        if started.returncode:
            tail = (output[-_TAIL:] + errors[-_TAIL:]).decode(errors="replace")
            raise AssertionError(f"{' '.join(command)} ended with {started.returncode}:\n{tail}")
        return output

    def _environment(self) -> dict[str, str]:
        of_compose = {
            "COMPOSE_PROJECT_NAME": PROJECT,
            "COMPOSE_FILE": "docker-compose.yml:doubles.yml",
            "COMPOSE_DOCKER_CLI_BUILD": "1",
            "DOCKER_BUILDKIT": "1",
        }
        return {**os.environ, **of_compose, **self.variables}

    async def state(self, service: str) -> dict[str, Any]:
        """Return what Docker knows of a service's container."""
        container = (await self.run("ps", "--quiet", service)).decode().strip()
        [answer] = json.loads(await self._run([self.docker, "inspect", container]))
        state: dict[str, Any] = answer["State"]
        return state

    async def healthy(self, *services: str) -> None:
        """Wait until services are healthy."""

        async def sick() -> dict[str, str]:
            await asyncio.sleep(1)
            states = {service: await self.state(service) for service in services}
            health = {name: state["Health"]["Status"] for name, state in states.items()}
            return {name: status for name, status in health.items() if status != "healthy"}

        await eventually(sick, holds=lambda them: not them, within=_START_SECONDS)
