from reunite.errors import LONGEST_PAUSE
from reunite.retry_after import seconds_to_wait
from tests.support.tables import for_each


@for_each(
    ("header", "seconds"),
    [
        ("5", 5.0),
        ("0.5", 0.5),
        ("-5", 0.0),
        ("978307200", LONGEST_PAUSE),
        ("1e300", LONGEST_PAUSE),
        ("Fri, 31 Dec 2999 23:59:59 GMT", LONGEST_PAUSE),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        *((senseless, None) for senseless in (None, "", "nan", "inf", "-inf", "soon", "\0", "9" * 5000)),
    ],
)
def test_no_server_makes_us_wait_without_end(header: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(header) == seconds
