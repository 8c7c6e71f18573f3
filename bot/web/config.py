"""What the local page needs to know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Where the page listens; port 0 takes a free one.

    Whoever reaches the page may act as anyone, moderators included: it is for one's own machine.
    """

    port: int = 8700
    host: str = "127.0.0.1"
