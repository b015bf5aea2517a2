# SPDX-License-Identifier: Apache-2.0
"""A machine of QEMU's from power-on to the status of its command.

The kernel's console is a file. What the command prints comes through one virtio port as a stream between two marks that
only this run knows: "TOKEN start\\n" and "TOKEN end STATUS\\n" (run.sh sends them). A stream that ends without the second
mark is a machine that died; no start within BOOT_SECONDS or no end within `seconds` is a machine that hangs. In each of
these cases the end of the console tells why.
"""
import os
import re
import select
import signal
import socket
import subprocess
import time

BOOT_SECONDS = 300


class MachineError(Exception):
    """The machine did not come up, died or hung. `timed_out` tells hanging from the others."""

    def __init__(self, message, timed_out=False):
        super().__init__(message)
        self.timed_out = timed_out


class Stream:
    """Takes the port's bytes apart. feed() returns what the command printed; `started` and `status` tell the rest."""

    def __init__(self, token):
        self.begin = f"{token} start\n".encode()
        self.end = f"{token} end ".encode()
        self.held = b""
        self.started = False
        self.status = None

    def feed(self, data):
        self.held += data
        if not self.started:
            noise, mark, rest = self.held.partition(self.begin)
            if not mark:
                return b""
            self.started, self.held = True, rest
        output, mark, rest = self.held.partition(self.end)
        if mark and re.fullmatch(rb"\d{1,3}\n", rest):
            self.status, self.held = int(rest), b""
            return output
        if mark and re.fullmatch(rb"\d{0,3}", rest):
            self.held = mark + rest
            return output
        if mark:  # what looked like the end was output
            self.held = rest
            return output + mark + self.feed(b"")
        keep = self._start_of_mark(self.held)
        output, self.held = self.held[:len(self.held) - keep], self.held[len(self.held) - keep:]
        return output

    def _start_of_mark(self, data):
        """How many of the last bytes may be the beginning of the mark."""
        for n in range(min(len(data), len(self.end) - 1), 0, -1):
            if data.endswith(self.end[:n]):
                return n
        return 0


def qemu_command(setup):
    """The command line; `setup` has kernel, initramfs, append, root, tree, console, port, cpus, memory, cpu, accel, snapshot."""
    snapshot = "on" if setup["snapshot"] else "off"
    accel = "tcg,thread=multi" if setup["accel"] == "tcg" else setup["accel"]
    command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
               "-machine", "q35", "-accel", accel, "-cpu", setup["cpu"], "-smp", str(setup["cpus"]), "-m", setup["memory"],
               "-kernel", str(setup["kernel"]), "-initrd", str(setup["initramfs"]), "-append", setup["append"],
               "-chardev", f"file,id=console,path={setup['console']}", "-serial", "chardev:console",
               "-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
               "-chardev", f"socket,id=out,path={setup['port']}", "-device", "virtserialport,chardev=out,name=caisson.out"]
    for disk in (setup["root"], setup["tree"]):
        command += ["-drive", f"file={disk},if=virtio,format=raw,cache=unsafe,snapshot={snapshot}"]
    return command


def kernel_arguments(extra):
    """Quiet, since only the end of the console is ever read; a panic ends the machine; no host of ours needs mitigations."""
    return " ".join(["console=ttyS0", "panic=-1", "loglevel=5", "mitigations=off", "cgroup_no_v1=all", *extra])


def console_tail(path, lines=25):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return "".join("  | " + line.rstrip() + "\n" for line in file.readlines()[-lines:])
    except OSError:
        return ""


def accept(listener, qemu, end):
    """QEMU's end of the port; it connects while it starts."""
    while time.monotonic() < end:
        ready, _, _ = select.select([listener], [], [], 0.2)
        if ready:
            return listener.accept()[0]
        if qemu.poll() is not None:
            break
    raise MachineError("qemu-system-x86_64 did not start")


def pump(port, stream, write, limits, started):
    """Pass on what comes until the status is there. `limits` is (boot_end, seconds); `started` is called at the mark."""
    end, seconds = limits
    while stream.status is None:
        left = end - time.monotonic()
        ready = select.select([port], [], [], max(left, 0))[0]
        if not ready:
            what = "the command is still running" if stream.started else "the kernel has not come up"
            raise MachineError(what, timed_out=True)
        data = port.recv(1 << 16)
        if not data:
            raise MachineError("the machine died" if stream.started else "the machine ended before the command began")
        was_started = stream.started
        output = stream.feed(data)
        if stream.started and not was_started:
            started()
            end = time.monotonic() + seconds
        if output:
            write(output)


def stop(qemu):
    qemu.send_signal(signal.SIGTERM)
    try:
        qemu.wait(10)
    except subprocess.TimeoutExpired:
        qemu.kill()
        qemu.wait()


def boot(setup, token, seconds, write, started):
    """Run the machine to the end of its command; the command's status. `write` gets its output."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(setup["port"]))
    listener.listen(1)
    end = time.monotonic() + BOOT_SECONDS
    stream = Stream(token)
    with open(setup["log"], "wb") as log:
        qemu = subprocess.Popen(qemu_command(setup), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                start_new_session=True)
    try:
        with listener, accept(listener, qemu, end) as port:
            pump(port, stream, write, (end, seconds), started)
    except MachineError as error:
        said = console_tail(setup["log"]) + console_tail(setup["console"])
        raise MachineError(f"{error}; the end of its console:\n{said}".rstrip(), error.timed_out) from None
    finally:
        stop(qemu)
        os.unlink(setup["port"])
    return stream.status
