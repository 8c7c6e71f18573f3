"""The metrics that are exported."""

from collections.abc import Iterator

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from metrics import definitions

SUFFIXES: dict[type[MetricWrapperBase], tuple[str, ...]] = {
    Counter: ("_total",),
    Gauge: ("",),
    Histogram: ("_bucket", "_count", "_sum"),
}


def defined() -> Iterator[MetricWrapperBase]:
    yield from (var for var in vars(definitions).values() if isinstance(var, MetricWrapperBase))


def exported() -> dict[str, set[str]]:
    """The series that are exported, each with its labels."""
    return {
        f"{metric._name}{suffix}": {*metric._labelnames, *({"le"} if suffix == "_bucket" else ())}
        for metric in defined()
        for suffix in SUFFIXES[type(metric)]
    }
