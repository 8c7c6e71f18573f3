"""Errors by who can fix them: the person, time, or us."""

import math
from typing import Final

LONGEST_PAUSE: Final = 3600.0
"""Seconds; however long a platform asks us to wait, we try again after an hour."""


class TellUserError(Exception):
    """The person can fix it: `key` names a sentence in reunite/languages, `params` fill it."""

    def __init__(self, key: str, **params: str | int) -> None:
        """Keep the sentence's key and its parameters; the words are chosen where the language is known."""
        super().__init__(key)
        self.key = key
        self.params = params


class OnlyModeratorsError(TellUserError):
    """Someone may not do something that a moderator may."""


class NoMatchThereError(TellUserError):
    """A verdict on a report's post, or on a reply that isn't a match; only moderators see it."""

    def __init__(self) -> None:
        """Say where a verdict counts."""
        super().__init__("verdict_on_a_match")


class PhotoGoneError(TellUserError):
    """A photo's link leads nowhere any more. The platform may have a fresh one."""

    def __init__(self, **params: str | int) -> None:
        """`params` fill the sentence, as in TellUserError."""
        super().__init__("photo_gone", **params)


class PhotoGoneByPageError(PhotoGoneError):
    """A web page says that a photo is gone: perhaps a proxy's, and not the platform's word."""


class PhotoNotPermittedByPageError(TellUserError):
    """A web page came in place of a photo, where a platform would have one sign in: perhaps it's a proxy's."""

    def __init__(self) -> None:
        """Say that the bot isn't allowed to open the photo."""
        super().__init__("photo_not_permitted")


class TryAgainError(Exception):
    """Temporary trouble: the same step may succeed later, at the earliest in `after` seconds."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        """`reason` is for the log; None for `after` leaves the pause to the retry policy."""
        super().__init__(reason)
        self.after = None if after is None or math.isnan(after) else min(max(0.0, after), LONGEST_PAUSE)


class PutOffError(TryAgainError):
    """It isn't a message's turn yet, which is no trouble; it certainly wasn't sent."""


class MissingScopeError(TryAgainError):
    """The platform's app lacks a permission in a whole workspace, until someone installs it again."""


class ChannelTroubleError(TryAgainError):
    """Temporary trouble that may be one channel's alone: the others needn't wait for it."""


class TokenRefusedError(TryAgainError):
    """The platform refuses our token, until the operator sets another."""


class UndeliverableError(Exception):
    """A reply can't be sent and trying again won't help (its thread is gone, a permission is missing)."""


class UnknownArrivalError(UndeliverableError):
    """An earlier try of a reply may have arrived, and the platform refuses to say whether it's there."""


class PostGoneError(UndeliverableError):
    """The post to reply to was deleted."""


class DefectError(Exception):
    """Our own mistake: one part of the program broke another's assumptions."""


class NotJoinedError(DefectError):
    """A workspace isn't known: it was never joined, or has removed the bot meanwhile."""

    def __init__(self, platform: str, external_id: str) -> None:
        """Name the workspace, for the log."""
        super().__init__(f"workspace {platform}:{external_id} was never joined")
