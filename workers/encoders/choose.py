"""Chooses a deployment's encoder once; later starts keep it."""

from collections.abc import Callable
from dataclasses import dataclass

from reunite.encoder import Encoder, EncoderKind
from workers.encoders import EncoderUnavailableError, ModelOutOfReachError
from workers.threads import use_threads


@dataclass(frozen=True)
class Choice:
    """A loaded encoder, and its kind, which is recorded for the next start."""

    kind: EncoderKind
    encoder: Encoder


def choose(
    setting: str, recorded: str | None, model: str, report: Callable[[str], None], *, threads: int | None = None
) -> Choice:
    """Load the encoder for the setting `auto`, `clip` or `concept`; a previously `recorded` kind is kept.

    `auto` chooses CLIP if `model` (a folder, or a hub name[@revision]) is local or its hub responds, otherwise the
    offline encoder. Calls `report` with each step. `threads` is for `workers.threads.use_threads`. Raises
    EncoderUnavailableError; its message says what to do.
    """
    if recorded is not None and setting not in {"auto", recorded}:
        raise EncoderUnavailableError(
            f"REUNITE_ENCODER asks for {setting}, but this database was set up with {recorded}. "
            f"Set REUNITE_ENCODER={recorded}, or run `reunite reembed --switch`."
        )
    choice = _load(recorded or setting, recorded, model, report, threads)
    report(f"Encoder: {choice.kind} ({choice.encoder.version}).")
    return choice


def _load(wanted: str, recorded: str | None, model: str, report: Callable[[str], None], threads: int | None) -> Choice:
    try:
        use_threads(threads)
        match wanted:
            case "clip":
                return _clip(model, report)
            case "concept":
                return _concept()
            case "auto":
                return _clip_or_concept(model, report)
    except ModuleNotFoundError as error:
        extra = "concept" if wanted == "auto" else wanted
        raise EncoderUnavailableError(f"The package {error.name} is missing: pip install 'reunite[{extra}]'") from error
    except ModelOutOfReachError as error:
        why = "This database was set up with CLIP" if recorded else "REUNITE_ENCODER=clip asks for CLIP"
        raise EncoderUnavailableError(
            f"{error} {why}, so no other encoder can replace it. Try again when the hub answers, "
            "or set REUNITE_MODEL to a folder with the model."
        ) from error
    raise EncoderUnavailableError(f"There's no encoder {wanted}: choose auto, clip or concept.")


def _clip_or_concept(model: str, report: Callable[[str], None]) -> Choice:
    try:
        return _clip(model, report)
    except ModelOutOfReachError as problem:
        report(f"{problem} The offline encoder is used instead; it knows 1,000 everyday things.")
        return _concept()


def _clip(model: str, report: Callable[[str], None]) -> Choice:
    # Imported here because the encoders' packages are extras, and take seconds to import.
    from workers.encoders.hub import obtain  # noqa: PLC0415

    obtain(model, report)
    from workers.encoders.clip import ClipEncoder  # noqa: PLC0415

    return Choice("clip", ClipEncoder(model, local_files_only=True))


def _concept() -> Choice:
    from workers.encoders.concept import ConceptEncoder  # noqa: PLC0415

    return Choice("concept", ConceptEncoder())
