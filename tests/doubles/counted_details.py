"""A comparison of photos' details that counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from reunite.encoder import Pixels


@dataclass
class CountedDetails:
    """Says that all photos share as many details, and keeps which were compared."""

    value: float = 40.0
    error: Exception | None = None
    compared: list[tuple[UUID, UUID]] = field(default_factory=list)

    def compare(self, photos: Mapping[UUID, Pixels], pairs: Sequence[tuple[UUID, UUID]]) -> Sequence[float]:
        if self.error:
            raise self.error
        assert all(photos[photo].shape[2] == 3 for pair in pairs for photo in pair)
        self.compared.extend(pairs)
        return [self.value] * len(pairs)
