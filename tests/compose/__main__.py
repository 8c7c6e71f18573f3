"""`make compose-test`: build the images, run the deployment, and hold it to what docs/operations.md says."""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.chaos.sides import DiscordSide, Side, SlackSide
from tests.compose.drill import Drill, sample, say
from tests.compose.engine import Deployment, NoEngineError, bridge, compose_command, docker_command
from tests.doubles.discord import TOKEN, DiscordDouble
from tests.doubles.slack import SlackDouble
from tests.doubles.slack_api import APP_TOKEN, BOT_TOKEN
from tests.support.processes import free_port

_AGAIN, _RETRIES = 10, 200
"""Seconds after which an unacknowledged event is sent again, and how often: restarts take minutes."""
_PORTS = {"SLACK_PORT": "", "WEBHOOK_PORT": "", "API_PORT": "/healthz", "BOARD_PORT": "/"}


async def deploy(deployment: Deployment, host: str) -> None:
    """Run everything in a fresh checkout, and take it down."""
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(DiscordDouble(host=host))
        slack = await stack.enter_async_context(
            SlackDouble.running(host=host, acknowledge_within=_AGAIN, retries=_RETRIES)
        )
        deployment.variables = {
            "DOUBLES_DISCORD_API": discord.api_base,
            "DOUBLES_DISCORD_GATEWAY": discord.gateway_url,
            "DOUBLES_DISCORD_FILES": discord.file_host,
            "DOUBLES_SLACK_API": slack.api_base,
        }
        sides: list[Side] = [DiscordSide(discord), SlackSide(slack)]
        for side in sides:
            side.picture = sample
        ports = {name: str(free_port()) for name in _PORTS}
        prepare(deployment, ports)
        stack.push_async_callback(deployment.run, "down", "--volumes", "--remove-orphans", "--rmi", "local")
        addresses = [f"http://127.0.0.1:{ports[name]}{path}" for name, path in _PORTS.items() if path]
        await Drill(deployment, sides, addresses).run()


def prepare(deployment: Deployment, ports: dict[str, str]) -> None:
    """Lay a checkout with its settings: of the two tokens' ways, both are used."""
    deployment.check_out()
    deployment.settle(
        {
            "OWNER_PASSWORD": "owner0password",
            "APP_PASSWORD": "app0password",
            "COMPOSE_PROFILES": "discord,slack,webhook,api,board",
            "REUNITE_DISCORD_TOKEN_FILE": deployment.keep_secret("discord", TOKEN),
            "REUNITE_SLACK_BOT_TOKEN_FILE": deployment.keep_secret("slack", BOT_TOKEN),
            "REUNITE_SLACK_APP_TOKEN": APP_TOKEN,
            "REUNITE_WEBHOOK_URL": "https://chat.invalid/bot",
            "REUNITE_WEBHOOK_SECRET": "whsec_" + "c2VjcmV0" * 4,
            "REUNITE_BOARD_URL": f"http://127.0.0.1:{ports['BOARD_PORT']}",
            "REUNITE_ENCODER": "concept",
            **ports,
        }
    )


async def until_terminated(work: Coroutine[Any, Any, None]) -> None:
    """Run something to its end, or to SIGTERM, and take everything down in either case."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await task


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    try:
        docker = docker_command()
        compose, host = compose_command(docker), bridge(docker)
    except NoEngineError as reason:
        if os.environ.get("CI"):
            say(f"✗ The deployment can't be tested: {reason}.")
            return 1
        say(f"The deployment's test is left out: {reason}.")
        return 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            asyncio.run(until_terminated(deploy(Deployment(Path(folder), docker, compose), host)))
        except (AssertionError, TimeoutError) as error:
            say(f"✗ {error}")
            return 1
        except asyncio.CancelledError:
            say("Stopped; everything is taken down.")
            return 1
    say(f"The deployment does what the docs say ({time.monotonic() - began:.0f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
