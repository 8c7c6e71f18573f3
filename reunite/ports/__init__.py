"""The domain's ports: the store in parts, the queue and the platforms.

Each part of the store is a protocol of its own; its SQL is in the file of the same name in `db`.
"""

from reunite.ports.platform import Outgoing, Platform, Queue
from reunite.ports.records import Audience, Backlog, KnownCard, Ping, ScoredPair, Sent
from reunite.ports.session import Session, Store

__all__ = [
    "Audience",
    "Backlog",
    "KnownCard",
    "Outgoing",
    "Ping",
    "Platform",
    "Queue",
    "ScoredPair",
    "Sent",
    "Session",
    "Store",
]
