"""The features that are read from a text alone."""

from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching.evidence import Item
from reunite.matching.features import ReportFeatures, extract
from tests.support.labelled_sets import LONG_AGO


def features_of(text: str, kind: ReportKind = ReportKind.FOUND) -> ReportFeatures:
    return extract(Item(UUID(int=1), kind, text, "", LONG_AGO, time_is_stated=False))
