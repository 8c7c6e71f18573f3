"""What every command runs in: its settings, log and servers, and errors that end in one sentence."""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from pydantic import ValidationError

from cli import logs
from cli.errors import UsageError
from cli.servers import Servers, servers
from cli.settings import Settings
from reunite.errors import TellUserError
from reunite.messages import wording

_ENDED_BY_SIGTERM = 128 + signal.SIGTERM  # the exit code that a shell would report
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@contextmanager
def prepared(*, with_redis: bool = True) -> Iterator[tuple[Settings, Servers]]:
    """Read the settings, set up the log, and start or find the servers."""
    with configured() as settings, servers(settings, with_redis=with_redis) as where:
        yield settings, where


@contextmanager
def configured() -> Iterator[Settings]:
    """Read the settings and set up the log; expected errors end the program with one sentence."""
    from cli.children import ChildError  # noqa: PLC0415
    from db.keys import KeysError  # noqa: PLC0415
    from db.migrate import MigrationError  # noqa: PLC0415
    from embedded.errors import EmbeddedServersError  # noqa: PLC0415

    try:
        settings = Settings()
        logs.configure(settings.log.level or "info", as_json=settings.log.json)
        yield settings
    except ValidationError as error:
        _fail(f"Invalid setting: {_problems(error)}.")
    except (UsageError, ChildError, EmbeddedServersError, MigrationError, KeysError) as error:
        _fail(str(error))
    except ImportError as error:
        _fail(f"{error.name} isn't installed. Run `make install` in a checkout to install everything.")
    except TellUserError as error:
        _fail(wording.explain(error))
    except asyncio.CancelledError:
        raise typer.Exit(_ENDED_BY_SIGTERM) from None
    except _expected() as error:
        _fail(str(error).strip())


def _problems(error: ValidationError) -> str:
    return "; ".join(f"{detail['loc'][-1]}: {detail['msg']}" for detail in error.errors())


def _expected() -> tuple[type[Exception], ...]:
    """Errors of the environment whose own message is clear enough."""
    import psycopg  # noqa: PLC0415
    from redis.exceptions import ConnectionError as RedisConnectionError  # noqa: PLC0415

    from reunite.errors import TryAgainError, UndeliverableError  # noqa: PLC0415

    return (
        psycopg.OperationalError,
        psycopg.errors.InsufficientPrivilege,
        RedisConnectionError,
        TryAgainError,
        UndeliverableError,
    )


def _fail(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
