"""Structured logs on standard error: ids and outcomes, never tokens or members' words."""

import logging
import re
import sys
from asyncio import CancelledError
from functools import partial
from traceback import format_exception
from typing import Final, TextIO

import structlog

from cli.escaping import escaped
from cli.repeated_lines import RepeatedLines

_WARNING: Final = "warning"
_LEFT_OUT: Final = "left_out"
_LIBRARYS: Final = (structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder([_LEFT_OUT]))
"""Adds what only a library's line has."""
_ROWS: Final = re.compile(
    r"\n[ |]*(?:DETAIL|CONTEXT|LINE \d+):.*?(?=\n[ |]*\n[ |]*(?:During handling of|The above exception)|\n[ |]*\+-|\Z)",
    re.DOTALL,
)
"""What PostgreSQL adds to an error, the row with members' words included, up to the next error of a traceback."""


def configure(level: str, *, as_json: bool) -> None:
    """Set up structlog and the standard library's logging."""
    number = logging.getLevelNamesMapping()[level.upper()]
    repeated = RepeatedLines()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_traceback),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_write_traceback)
    )
    structlog.configure(
        processors=[
            *shared[:2],
            partial(_without_repetition, repeated),
            *shared[2:3],
            *(shared[3:] if as_json else (_on_one_line,)),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    libraries = logging.StreamHandler(sys.stderr)  # their lines have the same form, so that each is JSON if ours are
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared[:3], *_LIBRARYS, *(shared[3:] if as_json else ())],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(() if as_json else (_on_one_line,)),
                renderer,
            ],
        )
    )
    libraries.addFilter(_is_worth_logging)
    libraries.addFilter(partial(_is_new, repeated))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[libraries])


def _without_repetition(
    repeated: RepeatedLines, _: object, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Leave out a warning that was written just now: in an outage, several a second would be the same.

    Never one with an error, whose traceback isn't known here.
    """
    if event["level"] == _WARNING and not event.get("exc_info") and (left_out := repeated.left_out(repr(event))) != 0:
        if left_out is None:
            raise structlog.DropEvent
        event[_LEFT_OUT] = left_out
    return event


def _is_new(repeated: RepeatedLines, record: logging.LogRecord) -> bool:
    """Leave out the same of a library's, errors too: Slack's client takes an outage for one."""
    if record.exc_info:
        return True
    try:
        line = record.getMessage()
    except Exception:  # noqa: BLE001 - its arguments don't fit: `logging` says so, and here its caller would fail
        return True
    if (left_out := repeated.left_out((record.name, line))) is None:
        return False
    if left_out:
        setattr(record, _LEFT_OUT, left_out)
    return True


def _on_one_line(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Escape what would begin another line or command a terminal: names and addresses come from other people."""
    return {name: escaped(value) if isinstance(value, str) else value for name, value in event.items()}


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """Drop arq's traceback of a job that was cancelled because its worker was stopped: that's no error."""
    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))


def _traceback(exc_info: structlog.typing.ExcInfo) -> str:
    """Return a traceback without the values of variables and rows, which may be tokens or members' words."""
    return _ROWS.sub("", "".join(format_exception(*exc_info)).rstrip())


def _write_traceback(log: TextIO, error: structlog.typing.ExcInfo) -> None:
    lines = _traceback(error).split("\n")  # indented, so that none of them looks like an entry
    log.write("".join(f"\n  {escaped(line)}" for line in lines))
