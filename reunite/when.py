"""Reads when something happened from the few forms in which people say it."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from reunite.errors import TellUserError

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FORM: Final = re.compile(
    r"(?:(?:last|on)\s+)?"
    r"(?:(?P<day>[a-z]+|\d{4}-\d{2}-\d{2})[,\s]*t?)??"
    r"(?:(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?)?"
)


def parse_when(text: str, now: datetime) -> datetime | None:
    """Return the moment that `text` tells, in the zone of `now`; None where it is empty.

    Understands `today`, `yesterday`, a weekday (the last one), an ISO date, a time `14:30` (the last one), or a day
    and a time. A day alone means its beginning: a thing is found after it was lost. Raises TellUserError
    (when_not_understood, when_to_come).
    """
    said = text.strip().casefold()
    if not said:
        return None
    if said in {"now", "just now"}:
        return now
    form = _FORM.fullmatch(said)
    if form is None:
        raise TellUserError("when_not_understood")
    moment = datetime.combine(_day(form["day"], now.date()), _time(form["hour"], form["minute"]), now.tzinfo)
    if moment > now and form["day"] is None:
        moment -= timedelta(days=1)
    if moment > now:
        raise TellUserError("when_to_come")
    return moment


def _day(word: str | None, today: date) -> date:
    if word in {None, "today"}:
        return today
    if word == "yesterday":
        return today - timedelta(days=1)
    for number, name in enumerate(_DAYS):
        if word in {name, name[:3]}:
            return today - timedelta(days=(today.weekday() - number) % 7)
    try:
        return date.fromisoformat(word or "")
    except ValueError as error:
        raise TellUserError("when_not_understood") from error


def _time(hour: str | None, minute: str | None) -> time:
    try:
        return time(int(hour or 0), int(minute or 0))
    except ValueError as error:
        raise TellUserError("when_not_understood") from error
