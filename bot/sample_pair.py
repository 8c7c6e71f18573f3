"""The two samples that the setup posts, with photos of the local page."""

from importlib import resources
from typing import Final

from reunite.entities import IncomingPhoto, ReplyTarget
from reunite.errors import TellUserError
from reunite.samples import SamplePair

_PHOTOS: Final = resources.files("bot").joinpath("web", "static", "samples")


def sample_pair(found: ReplyTarget | None, lost: ReplyTarget | None) -> SamplePair:
    """Return the samples for a workspace's channels. Raises TellUserError if it lacks one."""
    if found is None or lost is None:
        raise TellUserError("samples_need_channels")
    return SamplePair(
        found=found, lost=lost, found_photo=_photo("backpack.jpg"), lost_photo=_photo("backpack-side.jpg")
    )


def _photo(name: str) -> IncomingPhoto:
    return IncomingPhoto(name, data=_PHOTOS.joinpath(name).read_bytes())
