"""The two processors of kiosks: the PC's, and the Pi's."""

import platform
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Architecture:
    """How Debian, the kernel and qemu call a processor, and what differs in its machine."""

    debian: str
    """As in the names of Debian's packages."""

    kernel: str
    """As the kernel's sources have it."""

    machine: str
    """As ``uname -m`` and the names of compilers have it."""

    emulator: tuple[str, ...]
    """The command that starts such a machine, and the machine it is."""

    options: str
    """Options of its kernel: the first serial port, and what must not take the GPIO's place."""

    buses: str
    """What stands before the USB controller's place in the names of its devices."""

    @property
    def is_foreign(self) -> bool:
        """Tell whether this machine has another."""
        return platform.machine() != self.machine


AMD64 = Architecture(
    debian="amd64",
    kernel="x86",
    machine="x86_64",
    emulator=("qemu-system-x86_64", "-M", "q35,usb=off,smm=off", "-cpu", "max"),
    options="console=ttyS0",
    buses="",
)
ARM64 = Architecture(
    debian="arm64",
    kernel="arm64",
    machine="aarch64",
    emulator=("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72"),
    options="console=ttyAMA0 initcall_blacklist=pl061_gpio_driver_init",
    buses="platform-4010000000.pcie-",
)
ARCHITECTURES = {each.debian: each for each in (AMD64, ARM64)}
