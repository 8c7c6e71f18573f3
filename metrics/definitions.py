"""Every metric that Reunite exports (docs/metrics.md)."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()

_WAITS: Final = (0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 900, 3600)
_CALLS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SHARES: Final = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1)
_DEVIATIONS: Final = (-2, -1, 0, 1, 2, 3, 4, 5, 6, 8, 10)

# Of this process

FIRST_ANSWER: Final = Histogram(
    "reunite_first_answer_seconds",
    "Time from a report to its first answer in the thread",
    ["platform"],
    buckets=_WAITS,
    registry=REGISTRY,
)
REPLIES: Final = Counter(
    "reunite_replies", "Attempts to send, edit or remove a reply", ["platform", "outcome"], registry=REGISTRY
)
WORK: Final = Counter("reunite_work", "Reports processed", ["outcome"], registry=REGISTRY)
EMBEDDINGS: Final = Counter("reunite_embeddings", "Photos and texts embedded", ["source"], registry=REGISTRY)
EMBEDDING_SECONDS: Final = Histogram(
    "reunite_embedding_seconds", "Time to embed one batch", ["source"], buckets=_CALLS, registry=REGISTRY
)
SEARCHES: Final = Counter("reunite_searches", "Searches, of reports or by the HTTP API", ["origin"], registry=REGISTRY)
LABELS: Final = Counter("reunite_labels", "Labels that searches gave to matches", ["label"], registry=REGISTRY)
BEST_PROBABILITY: Final = Histogram(
    "reunite_best_probability", "Probability of each search's best candidate", buckets=_SHARES, registry=REGISTRY
)
SIMILARITY: Final = Histogram(
    "reunite_similarity_deviations",
    "Similarity of each search's best candidate, in standard deviations above the background",
    ["pair"],
    buckets=_DEVIATIONS,
    registry=REGISTRY,
)
API_SECONDS: Final = Histogram(
    "reunite_api_request_seconds",
    "Time to answer a request",
    ["operation", "status"],
    buckets=_CALLS,
    registry=REGISTRY,
)

# Of the whole deployment, read from the database and therefore the same in every process

REFRESHED: Final = Gauge(
    "reunite_refreshed_timestamp_seconds", "When this process last read the deployment's numbers", registry=REGISTRY
)
PROCESSES: Final = Gauge("reunite_processes", "Processes that are alive", ["role"], registry=REGISTRY)
BACKLOG: Final = Gauge("reunite_backlog", "Work that isn't done, by state", ["state"], registry=REGISTRY)
BACKLOG_AGE: Final = Gauge("reunite_backlog_age_seconds", "Age of the oldest work that is due", registry=REGISTRY)
OUTBOX: Final = Gauge("reunite_outbox", "Replies that aren't sent", ["platform", "state"], registry=REGISTRY)
OUTBOX_AGE: Final = Gauge(
    "reunite_outbox_age_seconds", "Age of the oldest reply to be sent", ["platform"], registry=REGISTRY
)
REPORTS: Final = Gauge("reunite_reports", "Reports, by kind and state", ["kind", "state"], registry=REGISTRY)
MATCHES: Final = Gauge(
    "reunite_matches", "Labelled matches, by the verdict on them", ["label", "state"], registry=REGISTRY
)
RETURN_RATIO: Final = Gauge(
    "reunite_return_ratio", "Share of the ended lost reports whose items were returned", registry=REGISTRY
)
