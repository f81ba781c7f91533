"""The disk of the virtual machine: a small Debian 12, made once and kept in a folder.

As root, from the Debian sources that this machine has itself. ``KAIKU_APPLIANCE_HOME`` names the
folder; without it that is ``build/appliance``. It takes about 2 GB for each architecture.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.appliance import kernel
from tests.appliance.architecture import Architecture

HERE = Path(__file__).parent
_ON_THIS_MACHINE = {
    "qemu-system-x86_64": "qemu-system-x86", "qemu-system-aarch64": "qemu-system-arm",
    "qemu-img": "qemu-utils", "mmdebstrap": "mmdebstrap", "mkfs.ext4": "e2fsprogs",
    "xz": "xz-utils", "zstd": "zstd", "gcc": "gcc", "make": "make", "depmod": "kmod",
    "openssl": "openssl", "faketime": "faketime",
}  # fmt: skip
_FOR_ANOTHER = {
    "qemu-{0.machine}-static": "qemu-user-static", "update-binfmts": "binfmt-support",
    "arch-test": "arch-test", "{0.machine}-linux-gnu-gcc": "gcc-{1}-linux-gnu",
}  # fmt: skip
"""What this machine also needs to make the image of an architecture that is not its own."""
_IN_THE_IMAGE = (
    "systemd", "systemd-sysv", "udev", "dbus", "kmod", "python3", "python3-evdev", "e2fsprogs",
    "iproute2", "procps", "busybox-static",
)  # fmt: skip
_MASKED = (
    "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount", "modprobe@drm.service",
    "sys-kernel-tracing.mount", "modprobe@dm_mod.service", "modprobe@fuse.service",
    "modprobe@loop.service", "modprobe@efi_pstore.service", "systemd-pstore.service",
    "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer",
    "fstrim.timer", "e2scrub_reap.service",
)  # fmt: skip
_ENABLED = {
    "sysinit.target.wants": ("lab-agent", "lab-pi"),
    "multi-user.target.wants": ("lab-log", "lab-trace"),
}
_MEGABYTES = 3072
_FOREIGN_PROGRAMS = Path("/proc/sys/fs/binfmt_misc")


@dataclass(frozen=True, slots=True)
class Image:
    """What a machine starts from."""

    architecture: Architecture
    disk: Path
    kernel: Path
    initial_files: Path


class CannotBuildError(Exception):
    """This machine cannot make the image; the text says why."""


def home() -> Path:
    """Return the folder of everything that the machines need and leave."""
    given = os.environ.get("KAIKU_APPLIANCE_HOME")
    return Path(given) if given else HERE.parent.parent / "build" / "appliance"


def expect_means() -> None:
    """Raise :class:`CannotBuildError` where this machine has no means to make the image."""
    if os.geteuid() != 0:
        raise CannotBuildError("only root can make a disk image with Debian's own tools")
    if shutil.which("apt-get") is None:
        raise CannotBuildError("it is made of Debian's packages, and here is no apt-get")


def image(architecture: Architecture) -> Image:
    """Return the image, made anew where it is not of this version."""
    folder = home() / architecture.debian
    made = Image(architecture, folder / "base.img", folder / "vmlinux", folder / "initrd.img")
    stamp = folder / "stamp"
    if not (stamp.exists() and stamp.read_text() == _digest() and made.disk.exists()):
        _build(folder, made)
        stamp.write_text(_digest())
    return made


def _build(folder: Path, made: Image) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _prepare(made.architecture)
        debian = kernel.fetch(folder / "kernel", made.architecture)
        simulator = kernel.build_gpio_simulator(debian)
        root = folder / "root"
        shutil.rmtree(root, ignore_errors=True)
        _bootstrap(root, made.architecture)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotBuildError(f"Debian's packages cannot be had: {error}") from error
    kernel.unpack(debian, made.kernel)
    _furnish(root)
    kernel.install_modules(debian, root, [simulator])
    made.initial_files.write_bytes(kernel.initial_files(debian, root))
    draft = made.disk.with_suffix(".new")
    with draft.open("wb") as file:
        file.truncate(_MEGABYTES << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-d", root, draft], check=True)
    draft.replace(made.disk)
    shutil.rmtree(root)


def _prepare(architecture: Architecture) -> None:
    """Install on this machine what makes the image."""
    needed = dict(_ON_THIS_MACHINE)
    if architecture.is_foreign:
        cross = architecture.machine.replace("_", "-")
        needed |= {
            k.format(architecture): v.format(architecture, cross) for k, v in _FOR_ANOTHER.items()
        }
    missing = [package for name, package in needed.items() if shutil.which(name) is None]
    if missing or not [*Path("/var/lib/apt/lists").glob("*Packages*")]:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        kernel.install(*missing)
    if architecture.is_foreign and not (_FOREIGN_PROGRAMS / "register").exists():
        subprocess.run(["mount", "-t", "binfmt_misc", "none", _FOREIGN_PROGRAMS], check=True)
        subprocess.run(["update-binfmts", "--enable"], check=True)


def _bootstrap(root: Path, architecture: Architecture) -> None:
    packages = [*_IN_THE_IMAGE, *_for_the_register(architecture)]
    subprocess.run(
        [
            *("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase"),
            f"--architectures={architecture.debian}",
            f"--include={','.join(packages)}",
            '--aptopt=APT::Install-Recommends "false"',
            "--dpkgopt=force-unsafe-io",
            *(f"--dpkgopt=path-exclude=/usr/share/{part}/*" for part in ("man", "locale")),
            "bookworm",
            root,
            *_sources(),
        ],
        check=True,
    )


def _for_the_register(architecture: Architecture) -> Sequence[str]:
    """Return what docs/register-install.md installs by apt, where the image is not slow to make."""
    return () if architecture.is_foreign else ("python3-venv", "curl", "postgresql")


def _sources() -> list[str]:
    """Return this machine's own sources of Debian 12."""
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)|$(COMPONENT)"]
    told = subprocess.run(
        [*asked, "Created-By: Packages"], capture_output=True, text=True, check=True
    ).stdout
    key = "/usr/share/keyrings/debian-archive-keyring.gpg"
    lines = [line.split("|") for line in sorted(set(told.split()))]
    return [
        f"deb [signed-by={key}] {address} {release} {component}"
        for address, release, component in lines
        if re.fullmatch(r"bookworm(-updates|-security)?", release)
    ]


def _furnish(root: Path) -> None:
    """Put in what stands in guest/, and switch on and off what a virtual machine needs."""
    shutil.copytree(HERE / "guest" / "tree", root, dirs_exist_ok=True)
    lab = root / "usr" / "lib" / "lab"
    lab.mkdir(parents=True)
    for name in ("agent.py", "pi.sh", "trace.sh"):
        shutil.copy(HERE / "guest" / name, lab)
    units = root / "etc" / "systemd" / "system"
    for target, names in _ENABLED.items():
        (units / target).mkdir(exist_ok=True)
        for name in names:
            (units / target / f"{name}.service").symlink_to(f"../{name}.service")
    for name in _MASKED:
        (units / name).symlink_to("/dev/null")
    systemctl = ("chroot", root, "systemctl", "--quiet")
    subprocess.run([*systemctl, "enable", "systemd-networkd"], check=True)
    if (root / "lib" / "systemd" / "system" / "postgresql.service").exists():
        subprocess.run([*systemctl, "disable", "postgresql"], check=True)
    subprocess.run(["chroot", root, "passwd", "--quiet", "--delete", "root"], check=True)
    (root / "etc" / "machine-id").write_text("")
    (root / "etc" / "apt" / "sources.list").unlink(missing_ok=True)


def _digest() -> str:
    """Return what tells one version of the image from another."""
    files = [
        HERE / "image.py",
        HERE / "kernel.py",
        HERE / "architecture.py",
        *(HERE / "guest").rglob("*"),
    ]
    digest = hashlib.sha256()
    for path in sorted(file for file in files if file.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()
