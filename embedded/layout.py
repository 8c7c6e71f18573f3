"""The servers' folder, and the account they run as."""

import importlib.metadata
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from embedded.errors import EmbeddedServersError
from embedded.locks import open_lock

# PostgreSQL refuses to run as root. As root the servers are `nobody` in a group of their own, so that other
# programs running as `nobody` can't enter their folder. The number needs no entry in /etc/group.
SERVICE_USER: Final = "nobody"
SERVICE_GROUP: Final = 58_700
ROOTS_FOLDERS: Final = Path("/var/lib/reunite/homes")
# A socket's path has room for 107 bytes; URLs and server options want plain characters.
PLAIN_SHORT_PATH: Final = re.compile(r"[A-Za-z0-9_./+@-]{1,80}")


@dataclass(frozen=True)
class Layout:
    """The paths of a home: `folder` is private to the keeper, `data` belongs to the servers' account."""

    control: Path
    folder: Path

    @property
    def data(self) -> Path:
        """The only folder the servers write to."""
        return self.folder / "data"

    @property
    def users(self) -> Path:
        """The lock that every user of the servers holds shared."""
        return self.folder / "users.lock"

    @property
    def keeper(self) -> Path:
        """The lock the keeper holds while it runs; the file contains its process id."""
        return self.folder / "keeper.lock"

    def log(self, name: str) -> Path:
        """Return the log file of the keeper or of a server."""
        return self.folder / f"{name}.log"

    def sockets(self) -> Path:
        """Return the recorded folder of the sockets. Raises FileNotFoundError before the first start."""
        return Path(json.loads((self.folder / "sockets.json").read_text()))


@dataclass(frozen=True)
class Package:
    """Programs from a wheel: where it's installed, the parts that are needed, and a program to test access with."""

    name: str
    installed: Path
    parts: tuple[str, ...]
    executable: str


def is_root() -> bool:
    """Whether this process is root, so that the servers need a less privileged account."""
    return os.geteuid() == 0


def as_service() -> dict[str, Any]:
    """Return options for `subprocess` that run a program as the servers' account."""
    if not is_root():
        return {}
    try:
        account = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        raise EmbeddedServersError(
            f"PostgreSQL can't run as root, and there's no user {SERVICE_USER!r} to run it as; "
            "start as another user or set REUNITE_DATABASE_URL and REUNITE_REDIS_URL."
        ) from None
    return {"user": account.pw_uid, "group": SERVICE_GROUP, "extra_groups": ()}


def lay_out(home: Path) -> Layout:
    """Create `home` if it's missing, and the lock file that guards everything else."""
    home = home.expanduser().absolute()
    try:
        _create(home)
        home = home.resolve()
        os.close(open_lock(home / "embedded.lock"))
    except OSError as error:
        raise EmbeddedServersError(
            f"REUNITE_HOME: the folder {home} can't be used ({error.strerror}). Choose another."
        ) from error
    return Layout(home / "embedded.lock", home / "embedded")


def make_folders(layout: Layout) -> Layout:
    """Create missing folders; requires the control lock. The returned layout contains no symlinks."""
    folder = layout.folder
    if not folder.exists():
        folder.unlink(missing_ok=True)  # a dangling symlink
        if is_root() and not _service_may_enter(folder.parent):
            # Don't open other people's folders to the servers' account; put the data where it has access.
            _create(ROOTS_FOLDERS)
            elsewhere = tempfile.mkdtemp(prefix="home-", dir=ROOTS_FOLDERS)
            Path(elsewhere).chmod(0o711)
            folder.symlink_to(elsewhere)
        _create(folder)
    layout = Layout(layout.control, folder.resolve())
    layout.data.mkdir(exist_ok=True)
    _make_private(layout.data)
    return layout


def choose_sockets(layout: Layout) -> Path:
    """Choose the sockets' folder: the data folder, or one under /tmp if that path is too long for a socket."""
    chosen = layout.data if PLAIN_SHORT_PATH.fullmatch(str(layout.data)) else _short_folder(layout)
    (layout.folder / "sockets.json").write_text(json.dumps(str(chosen)))
    return chosen


def discard_sockets(layout: Layout, sockets: Path) -> None:
    """Remove the folder under /tmp, if `sockets` is one."""
    if sockets != layout.data and _is_ours(sockets):
        shutil.rmtree(sockets, ignore_errors=True)


def readable_programs(layout: Layout, package: Package) -> Path:
    """Return a folder with `package.parts` that the servers' account can read: the installation, or else a copy.

    A copy is needed for an installation below /root, for example.
    """
    if not is_root() or _service_may_run(package.installed / package.executable):
        return package.installed
    copy = layout.folder / "programs" / f"{package.name}-{importlib.metadata.version(package.name)}"
    if not copy.is_dir():
        unfinished = copy.with_name(f"{copy.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in package.parts:
            if (package.installed / part).is_dir():
                shutil.copytree(package.installed / part, unfinished / part, symlinks=True)
        for path in (copy.parent, unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        unfinished.rename(copy)
    return copy


def _create(folder: Path) -> None:
    """Create a folder and its missing parents, regardless of the umask."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.is_dir()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(0o711 if is_root() else 0o700)


def _short_folder(layout: Layout) -> Path:
    try:
        recorded = layout.sockets()
    except FileNotFoundError:
        recorded = layout.data
    if recorded != layout.data and _is_ours(recorded):
        return recorded
    made = Path(tempfile.mkdtemp(prefix="reunite-", dir="/tmp"))
    _make_private(made)
    return made


def _is_ours(folder: Path) -> bool:
    """Whether the folder is still the private one that we made, because anyone can write to /tmp."""
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return False
    group_fits = not is_root() or status.st_gid == SERVICE_GROUP
    return folder.is_dir() and not folder.is_symlink() and status.st_uid == os.geteuid() and group_fits


def _make_private(folder: Path) -> None:
    if is_root():
        os.chown(folder, 0, SERVICE_GROUP)
        folder.chmod(0o770)
    else:
        folder.chmod(0o700)


def _service_may_enter(folder: Path) -> bool:
    return _succeeds("cd", "--", str(folder))


def _service_may_run(program: Path) -> bool:
    return _succeeds(str(program), "--version")


def _succeeds(*command: str) -> bool:
    done = subprocess.run(  # noqa: S603 (our own programs)
        ["/bin/sh", "-c", '"$@"', "sh", *command],
        check=False,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **as_service(),
    )
    return done.returncode == 0
