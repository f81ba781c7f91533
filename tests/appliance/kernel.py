"""Debian's kernel for the machine: unpacked, with the GPIO simulator that Debian leaves out.

And a small initial file system that finds the disk.
"""

import io
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.appliance.architecture import Architecture

_UNWANTED = (
    "sound", "drivers/media", "drivers/gpu", "drivers/infiniband", "drivers/net/ethernet",
    "drivers/net/wireless", "drivers/scsi", "drivers/staging", "drivers/isdn", "drivers/iio",
)  # fmt: skip
"""Parts of ``kernel/`` that the machine has no use for: a smaller image, and a faster start."""

_FOR_THE_DISK = ("virtio_pci", "virtio_blk", "ext4", "crc32c_generic")

_INIT = """#!/bin/busybox sh
export PATH=/bin
busybox mkdir -p /proc /sys /dev /new
busybox mount -t devtmpfs dev /dev
for module in $(busybox cat /modules); do busybox insmod /m/$module; done
n=0; while [ ! -b /dev/vda ] && [ $n -lt 200 ]; do busybox usleep 20000; n=$((n+1)); done
busybox mount -t ext4 -o ro,noatime /dev/vda /new || exec busybox sh
busybox mount --move /dev /new/dev
exec busybox switch_root /new /lib/systemd/systemd
"""

_MODULE = """obj-m := gpio-sim.o
gpio-sim-y := gpio-sim-core.o irq_sim.o
ccflags-y += -DCONFIG_IRQ_SIM=1
"""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A version of Debian's kernel, unpacked in a folder."""

    version: str
    architecture: Architecture
    folder: Path

    @property
    def image(self) -> Path:
        """The kernel itself, as Debian packs it."""
        return self.folder / "unpacked" / "boot" / f"vmlinuz-{self.version}"

    @property
    def modules(self) -> Path:
        """Where its modules lie, as Debian packs them."""
        return self.folder / "unpacked" / "lib" / "modules" / self.version


def fetch(folder: Path, architecture: Architecture) -> Kernel:
    """Fetch and unpack Debian's kernel."""
    lists = _lists(folder, architecture)
    subprocess.run(["apt-get", "-qq", *lists, "update"], check=True)
    asked = ["apt-cache", *lists, "depends", f"linux-image-{architecture.debian}"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    match = re.search(r"Depends: linux-image-(\S+)", told)
    assert match is not None, told
    kernel = Kernel(match[1], architecture, folder)
    _unpack(kernel, f"linux-image-{kernel.version}")
    return kernel


def unpack(kernel: Kernel, target: Path) -> None:
    """Write the kernel so that it starts without a BIOS: ARM's as it is, x86's as an ELF file."""
    packed = kernel.image.read_bytes()
    if packed[56:60] == b"ARMd":
        target.write_bytes(packed)
        return
    for magic, program in ((b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd")):
        start = packed.find(magic)
        while start != -1:
            done = subprocess.run(
                [program, "-dc"], input=packed[start:], capture_output=True, check=False
            )
            if done.stdout.startswith(b"\x7fELF"):
                target.write_bytes(done.stdout)
                return
            start = packed.find(magic, start + 1)
    raise RuntimeError("there is no ELF kernel in Debian's")


def build_gpio_simulator(kernel: Kernel) -> Path:
    """Build the kernel's own GPIO simulator as a module, from Debian's source of the kernel."""
    folder = kernel.folder / "gpio-sim"
    module = folder / "gpio-sim.ko"
    if module.exists():
        return module
    series = ".".join(kernel.version.split(".")[:2])
    source = _download(kernel, f"linux-source-{series}")
    folder.mkdir(exist_ok=True)
    packed = f"usr/src/linux-source-{series}.tar.xz"
    subprocess.run(["dpkg-deb", "-x", source, kernel.folder / "source"], check=True)
    wanted = ["drivers/gpio/gpio-sim.c", "drivers/gpio/gpiolib.h", "kernel/irq/irq_sim.c"]
    subprocess.run(
        [
            *("tar", "-x", "--strip-components=1", "-C", folder),
            *("-f", kernel.folder / "source" / packed),
            *(f"linux-source-{series}/{name}" for name in wanted),
        ],
        check=True,
    )
    shutil.rmtree(kernel.folder / "source")
    (folder / wanted[0]).rename(folder / "gpio-sim-core.c")
    (folder / wanted[1]).rename(folder / "gpiolib.h")
    # A module cannot reach irq_to_desc(); this one comes to the same simple handler.
    text = (folder / wanted[2]).read_text()
    reached = text.replace("handle_simple_irq(irq_to_desc(irqnum))", "generic_handle_irq(irqnum)")
    assert reached != text, "irq_sim.c is another than it was"
    (folder / "irq_sim.c").write_text(reached)
    (folder / "Makefile").write_text(_MODULE)
    _make(kernel, folder, series)
    return module


def _make(kernel: Kernel, folder: Path, series: str) -> None:
    """Make a folder's modules with Debian's headers, and with this machine's kbuild."""
    architecture = kernel.architecture
    common = f"linux-headers-{kernel.version.removesuffix(architecture.debian)}common"
    headers = f"linux-headers-{kernel.version}"
    for package in (common, headers, f"linux-kbuild-{series}"):
        _unpack(kernel, package)
    sources = kernel.folder / "unpacked" / "usr" / "src"
    cross = [f"CROSS_COMPILE={architecture.machine}-linux-gnu-"] if architecture.is_foreign else []
    subprocess.run(
        [
            *("make", "-C", sources / common, f"O={sources / headers}", f"M={folder}"),
            *(f"ARCH={architecture.kernel}", *cross, "modules"),
        ],
        check=True,
        capture_output=True,
    )


def install_modules(kernel: Kernel, root: Path, extra: Iterable[Path]) -> None:
    """Copy the modules that the machine may want into its root, and further ones."""
    modules = root / "usr" / "lib" / "modules" / kernel.version
    shutil.copytree(kernel.modules, modules, symlinks=True)
    for part in _UNWANTED:
        shutil.rmtree(modules / "kernel" / part, ignore_errors=True)
    (modules / "updates").mkdir(exist_ok=True)
    for module in extra:
        shutil.copy(module, modules / "updates")
    subprocess.run(["depmod", "-b", root, kernel.version], check=True)


def initial_files(kernel: Kernel, root: Path) -> bytes:
    """Return the initial file system: busybox, and the modules of the disk."""
    modules = root / "usr" / "lib" / "modules" / kernel.version
    needs: dict[str, tuple[str, list[str]]] = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        path, _, others = line.partition(":")
        needs[_name(path)] = (path, others.split())
    order: list[str] = []
    for wanted in _FOR_THE_DISK:
        if wanted in needs:
            _with_what_it_needs(needs[wanted][0], needs, order)
    names = "".join(f"{Path(path).name}\n" for path in order)
    return _archive(
        [
            *((folder, 0o40755, b"") for folder in ("bin", "m", "dev")),
            ("bin/busybox", 0o100755, (root / "usr/bin/busybox").read_bytes()),
            ("bin/sh", 0o120777, b"busybox"),
            ("init", 0o100755, _INIT.encode()),
            ("modules", 0o100644, names.encode()),
            *((f"m/{Path(path).name}", 0o100644, (modules / path).read_bytes()) for path in order),
        ]
    )


def install(*packages: str) -> None:
    """Install Debian packages on this machine."""
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        env={"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _unpack(kernel: Kernel, package: str) -> None:
    file = _download(kernel, package)
    subprocess.run(["dpkg-deb", "-x", file, kernel.folder / "unpacked"], check=True)


def _download(kernel: Kernel, package: str) -> Path:
    folder = kernel.folder
    if not [*folder.glob(f"{package}_*.deb")]:
        kbuild = package.startswith("linux-kbuild")  # programs that run here
        lists = [] if kbuild else _lists(folder, kernel.architecture)
        fetching = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", *lists, "download", package]
        subprocess.run(fetching, cwd=folder, check=True)
    return next(folder.glob(f"{package}_*.deb"))


def _lists(folder: Path, architecture: Architecture) -> list[str]:
    """Return apt's options for lists of an architecture that this machine need not know."""
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    options = {
        "APT::Architecture": architecture.debian,
        "APT::Architectures::": architecture.debian,
        "APT::Sandbox::User": "root",
        "Dir::State": folder / "state",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder / "cache",
    }
    return [part for name, value in options.items() for part in ("-o", f"{name}={value}")]


def _name(path: str) -> str:
    return Path(path).stem.replace("-", "_")


def _with_what_it_needs(
    path: str, needs: Mapping[str, tuple[str, list[str]]], order: list[str]
) -> None:
    for other in reversed(needs[_name(path)][1]):
        _with_what_it_needs(other, needs, order)
    if path not in order:
        order.append(path)


def _archive(entries: Iterable[tuple[str, int, bytes]]) -> bytes:
    """Return a cpio archive, as the kernel reads it, of files by name, mode and content."""
    out = io.BytesIO()
    for number, (name, mode, data) in enumerate([*entries, ("TRAILER!!!", 0, b"")], start=1):
        called = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(called), 0)
        out.write(b"070701" + b"".join(b"%08X" % field for field in fields) + called)
        out.write(b"\0" * (-out.tell() % 4) + data)
        out.write(b"\0" * (-out.tell() % 4))
    return out.getvalue()
