"""A virtual machine with the devices of a kiosk: keyboards, a serial port, GPIO, network, power."""

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.appliance.channels import (
    PATIENCE,
    Agent,
    Done,
    Lines,
    MachineError,
    connect,
    monitor,
)
from tests.appliance.disk import Disk
from tests.appliance.image import Image
from tests.appliance.keys import Key

HOST = "10.0.2.2"
"""This machine's loopback, as the virtual one reaches it."""

_KEYBOARD = {"driver": "usb-kbd", "bus": "xhci.0"}
_PLUGS: dict[str, dict[str, object]] = {
    "scanner": {**_KEYBOARD, "port": "1", "display": "screen0", "serial": "SCAN0001"},
    "keypad": {**_KEYBOARD, "port": "2", "display": "screen1", "serial": "KPAD0001"},
    "serial": {
        "driver": "usb-serial", "bus": "xhci.0", "port": "3", "chardev": "wire",
        "serial": "FTSCAN01", "always-plugged": True,
    },
    "twin": {**_KEYBOARD, "port": "4", "display": "screen2", "serial": "SCAN0001"},
    "state": {"driver": "virtio-blk-pci", "bus": "bay", "drive": "state"},
}  # fmt: skip
"""What can be plugged in and pulled out; the twin is a second scanner of the scanner's make, and
the state is the disk."""

_NOT_FROZEN = ("state", "serial")
"""What is pulled out of a machine that is frozen: the disk of the state, so that no kernel that is
resumed can know what was on it, and the serial port, which qemu cannot keep."""

_WOKEN = """set -e
date -s @{now:.3f}
echo {noise} > /dev/urandom
perl -e 'open my $chance, ">", "/dev/urandom"; ioctl($chance, 0x5207, 0) or die'
until [ -b /dev/vdb ] && [ -e {port} ]; do sleep 0.05; done"""
"""Gives a resumed machine the time, as its clock's battery would, and chance of its own: else two
might draw the same identities (0x5207 is RNDRESEEDCRNG); and waits for what is plugged in."""

_KEY_TIME = 0.012
"""Seconds between two events of a key: qemu's keyboard is asked every 8 ms, and holds 16."""


class Machine:
    """One virtual machine; its disks stay from one start to the next."""

    def __init__(self, folder: Path, image: Image, disk: Disk) -> None:
        """Take the image as its system, on top of which it writes, and a disk for the state."""
        self._folder, self._image, self.disk = folder, image, disk
        self.architecture = image.architecture
        self._frozen = folder / "frozen"
        self._qemu: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [
                *("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image.disk),
                folder / "system.qcow2",
            ],
            check=True,
        )

    # --- power ---

    def start(self, *, clock: str = "utc", online: bool = True) -> None:
        """Switch it on, and return once it can be spoken with.

        ``clock`` is where its clock begins, an instant of ISO 8601 or ``utc`` for the right one.
        """
        plugged = (part for plug in _NOT_FROZEN for part in ("-device", _as_option(plug)))
        self._switch_on(*plugged, "-rtc", f"base={clock}")
        if not online:
            self.pull_network()
        self._agent.wait(self._is_on)

    def freeze(self) -> None:
        """Keep the machine as it is now, for :meth:`resume`; nothing of its state is in use."""
        self.tell("sync; umount -q /mnt/share || true")
        for plug in _NOT_FROZEN:
            self.unplug(plug)
        with monitor(self._folder / "monitor.sock") as qemu:
            qemu.call("migrate", uri=f"exec:cat > {self._frozen}")
            while (told := qemu.call("query-migrate")["status"]) != "completed":
                if told == "failed":
                    raise MachineError("the machine cannot be frozen")
                time.sleep(0.1)

    def resume(self) -> None:
        """Switch it on as it was frozen, but with the disk of the state as a cut has left it.

        What it writes to its system is gone at the next cut.
        """
        self._switch_on("-snapshot", "-incoming", f"exec:cat {self._frozen}")
        self._agent.wait(self._is_on)
        for plug in _NOT_FROZEN:
            self.plug(plug)
        noise = os.urandom(32).hex()
        self.tell(_WOKEN.format(now=time.time(), noise=noise, port=self.port("serial")))

    def _switch_on(self, *options: str) -> None:
        with (self._folder / "qemu.log").open("ab") as log:
            self._qemu = subprocess.Popen(
                [*self._command(), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.log = Lines(self._folder / "log.sock")
        self.trace = Lines(self._folder / "trace.sock")
        self._agent = Agent(self._folder / "agent.sock")
        self._wire = connect(self._folder / "wire.sock")

    def cut(self) -> None:
        """Cut the power: nothing is written any more."""
        if self._qemu is None:
            return
        self._qemu.send_signal(signal.SIGSTOP)
        self.disk.cut()
        self._qemu.kill()
        self._qemu.wait()
        self._qemu = None
        for channel in (self.log, self.trace, self._agent, self._wire):
            channel.close()

    def _is_on(self) -> bool:
        return self._qemu is not None and self._qemu.poll() is None

    # --- inside ---

    def run(self, command: str, timeout: float = PATIENCE) -> Done:
        """Run a shell command as root."""
        return self._agent.run(command, timeout)

    def tell(self, command: str, timeout: float = PATIENCE) -> str:
        """Run a shell command that must succeed, and return what it says."""
        done = self.run(command, timeout)
        if done.status != 0:
            raise MachineError(f"{command}: status {done.status}: {done.out}{done.err}")
        return done.out.strip()

    def put(self, text: str, path: str) -> None:
        """Write a short text file, and whatever else is still to be written, for good."""
        self.tell(f"cat > {path} <<'END_OF_FILE'\n{text}\nEND_OF_FILE\nsync")

    def share(self, file: Path) -> str:
        """Hand a file over; return its path inside."""
        target = self._folder / "share" / file.name
        target.unlink(missing_ok=True)
        os.link(file, target)
        self.tell(
            "mkdir -p /mnt/share; mountpoint -q /mnt/share ||"
            " mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share /mnt/share"
        )
        return f"/mnt/share/{file.name}"

    # --- devices ---

    def port(self, plug: str) -> str:
        """Return the path of a device by the port that it is plugged in at."""
        where = f"{self.architecture.buses}pci-0000:00:10.0-usb-0:{_PLUGS[plug]['port']}:1.0"
        if plug == "serial":
            return f"/dev/serial/by-path/{where}-port0"
        return f"/dev/input/by-path/{where}-event-kbd"

    def type(self, keys: list[Key], plug: str) -> None:
        """Press keys on a keyboard, one after the other."""
        head = _PLUGS[plug]["display"]
        with monitor(self._folder / "monitor.sock") as qemu:
            for key in keys:
                for name, down in key.events():
                    event = {"down": down, "key": {"type": "qcode", "data": name}}
                    qemu.call(
                        "input-send-event", device=head, events=[{"type": "key", "data": event}]
                    )
                    time.sleep(_KEY_TIME)

    def send(self, data: bytes) -> None:
        """Send bytes as the serial scanner."""
        self._wire.sendall(data)

    def unplug(self, plug: str) -> None:
        """Pull a device out."""
        with monitor(self._folder / "monitor.sock") as qemu:
            qemu.call("device_del", id=plug)
            qemu.wait_for("DEVICE_DELETED")

    def plug(self, plug: str) -> None:
        """Plug a device in."""
        with monitor(self._folder / "monitor.sock") as qemu:
            qemu.call("device_add", id=plug, **_PLUGS[plug])

    def pull_network(self) -> None:
        """Pull the network cable."""
        self._link(up=False)

    def plug_network(self) -> None:
        """Plug the network cable in."""
        self._link(up=True)

    def _link(self, *, up: bool) -> None:
        with monitor(self._folder / "monitor.sock") as qemu:
            qemu.call("set_link", name="net0", up=up)

    def drive(self, line: int, level: int) -> None:
        """Drive a GPIO line from outside."""
        pull = "pull-up" if level else "pull-down"
        self.tell(f"echo {pull} > $(cat /run/lab-gpio)/sim_gpio{line}/pull")

    def level(self, line: int) -> int:
        """Return the level of a GPIO line, as it is outside."""
        return int(self.tell(f"cat $(cat /run/lab-gpio)/sim_gpio{line}/value"))

    # --- the machine itself ---

    def _command(self) -> list[str]:
        folder = self._folder
        (folder / "share").mkdir(exist_ok=True)
        for name in ("log", "trace", "agent", "wire", "monitor"):
            (folder / f"{name}.sock").unlink(missing_ok=True)
        started = ["scanner", "keypad"]
        state = f"driver=nbd,node-name=state,server.type=unix,server.path={self.disk.path}"
        options = _KERNEL_OPTIONS.format(self.architecture.options)
        return [
            *self.architecture.emulator,
            *("-accel", "tcg,thread=multi", "-smp", "2", "-m", "1024", "-display", "none"),
            *("-nodefaults", "-no-user-config", "-kernel", str(self._image.kernel)),
            *("-initrd", str(self._image.initial_files), "-append", options),
            # A killed qemu leaves what it wrote to this machine: no need to wait for its disk.
            *_disk("system", f"file={folder / 'system.qcow2'},format=qcow2,cache=unsafe"),
            *("-blockdev", state, "-device", "pcie-root-port,id=bay"),
            *("-netdev", "user,id=n0,ipv6=off"),
            *("-device", "virtio-net-pci,netdev=n0,id=net0,romfile="),
            *(part for n in range(3) for part in ("-device", f"bochs-display,id=screen{n}")),
            *("-device", "qemu-xhci,id=xhci,p2=8,p3=8,addr=0x10"),
            *_wire("wire", folder),
            *("-device", "virtio-serial-pci"),
            *(part for name in ("agent", "log", "trace") for part in _port(name, folder)),
            *("-qmp", f"unix:{folder / 'monitor.sock'},server=on,wait=off"),
            *("-serial", f"file:{folder / 'console.log'}"),
            *("-fsdev", f"local,id=fs0,path={folder / 'share'},security_model=none"),
            *("-device", "virtio-9p-pci,fsdev=fs0,mount_tag=share", "-device", "virtio-rng-pci"),
            *(part for plug in started for part in ("-device", _as_option(plug))),
        ]


_KERNEL_OPTIONS = (
    "{} root=/dev/vda ro net.ifnames=0 mitigations=off panic=5 quiet"
    " random.trust_cpu=on tsc=reliable no_timer_check"
)


def _disk(name: str, where: str) -> list[str]:
    return ["-drive", f"if=none,id={name},{where}", "-device", f"virtio-blk-pci,drive={name}"]


def _wire(name: str, folder: Path) -> list[str]:
    return ["-chardev", f"socket,id={name},path={folder / name}.sock,server=on,wait=off"]


def _port(name: str, folder: Path) -> list[str]:
    return [*_wire(name, folder), "-device", f"virtserialport,chardev={name},name=lab.{name}"]


def _as_option(plug: str) -> str:
    settings = _PLUGS[plug]
    others = (
        f"{key}={'on' if value is True else value}"
        for key, value in settings.items()
        if key != "driver"
    )
    return ",".join([str(settings["driver"]), f"id={plug}", *others])
