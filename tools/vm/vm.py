#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Boot a Linux of another version in QEMU and run a command of this tree there.

The machine has this source tree with everything built at the same path, programs of this host, no network but a loopback, a
root and a plain user (caisson). Nothing that it writes is kept. The exit status is the command's own; 125: the machine could
not be made or died; 124: it did not end in time. Without a command: the suite of tools/vm/suite.py, which is also what the
word `test` stands for.
"""
import argparse
import contextlib
import fcntl
import pathlib
import secrets
import shlex
import shutil
import signal
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
WORK = TREE / "build/vm"
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import archive  # noqa: E402
import image  # noqa: E402
import kernel  # noqa: E402
import machine  # noqa: E402

OWN_FAULT, TIMED_OUT = 125, 124
# 47 bits of address, as nearly all hosts; and TCG takes a user's iretq for the kernel's where there is SMAP (seen in 7.2).
CPU = {"tcg": "max,la57=off,smap=off", "kvm": "host"}


def parse(argv):
    parser = argparse.ArgumentParser(prog="./dev vm", description=__doc__.split("\n\n", 1)[0],
                                     epilog="Without COMMAND, or with `test [PATTERN]`: the suite of tools/vm/suite.py.")
    parser.add_argument("--kernel", default=kernel.PACKAGE, metavar="WHAT",
                        help="a bzImage, a .deb, or the name of a package linux-image-* to fetch (%(default)s)")
    parser.add_argument("--cpus", type=int, default=2, help="processors (%(default)s)")
    parser.add_argument("--cpu", metavar="MODEL",
                        help=f"as QEMU names it ({CPU['tcg']}, or with KVM {CPU['kvm']}); la57=on has addresses of 57 bits")
    parser.add_argument("--memory", default="2G", help="as QEMU writes it (%(default)s)")
    parser.add_argument("--append", action="append", default=[], metavar="ARGS", help="more of the kernel's command line")
    parser.add_argument("--yama", type=int, choices=range(4), help="kernel.yama.ptrace_scope (as the kernel has it)")
    parser.add_argument("--user", action="store_true", help=f"run COMMAND as the plain user {image.USER}, not as root")
    parser.add_argument("--package", action="append", default=[], metavar="NAME",
                        help="a package installed here whose files the machine shall have, too")
    parser.add_argument("--accel", choices=("tcg", "kvm"), default="tcg", help="%(default)s needs no hardware")
    parser.add_argument("--timeout", type=float, default=7200, metavar="SECONDS", help="for COMMAND (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep the disks and the console, and say where")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="[--] COMMAND")
    args = parser.parse_args(argv)
    if args.cpus < 1:
        parser.error("--cpus: at least one")
    if args.timeout <= 0:
        parser.error("--timeout: more than 0")
    args.cpu = args.cpu or CPU[args.accel]
    args.command = command_of(args.command)
    return args


def command_of(words):
    """The command to run: what follows --, or the suite."""
    if words[:1] == ["--"]:
        words = words[1:]
        if words:
            return words
    if not words or words[0] == "test":
        return ["tools/vm/suite.py", *words[1:]]
    return words


def say(text):
    print(f"vm: {text}", file=sys.stderr, flush=True)


def plan_text(values):
    """Shell assignments that init and run.sh read."""
    return "".join(f"{name}={shlex.quote(str(value))}\n" for name, value in values.items())


def static_busybox():
    path = shutil.which("busybox")
    if not path or b"ld-linux" in pathlib.Path(path).read_bytes()[:4096]:
        raise image.ImageError("a statically linked busybox is needed (Debian: busybox-static)")
    return path


def make_initramfs(target, kernel_image, busybox, plan, command):
    """Drivers for the disks, busybox, and what the machine shall do."""
    disk = archive.Archive()
    for name in ("proc", "sys", "dev", "root", "modules", "bin"):
        disk.directory(name)
    disk.device("dev/console", 5, 1)
    disk.file("bin/busybox", pathlib.Path(busybox).read_bytes(), 0o755)
    disk.file("init", (HERE / "init").read_bytes(), 0o755)
    disk.file("run.sh", (HERE / "run.sh").read_bytes())
    disk.file("plan", plan_text(plan).encode())
    disk.file("command", f"#!/bin/sh\nexec {shlex.join(command)}\n".encode(), 0o755)
    modules = kernel.modules_of(kernel_image)
    if modules:
        for n, path in enumerate(kernel.Modules(modules).load_order(kernel.BOOT_MODULES)):
            disk.file(f"modules/{n:02}-{kernel.module_name(path)}.ko", kernel.read_module(path))
    target.write_bytes(disk.finish())


@contextlib.contextmanager
def run_directory(keep):
    WORK.mkdir(parents=True, exist_ok=True)
    path = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=WORK))
    try:
        yield path
    finally:
        if (path / "console").is_file():
            shutil.copyfile(path / "console", WORK / "console.log")
        if keep:
            say(f"kept: {path}")
        else:
            shutil.rmtree(path, ignore_errors=True)


def prepare(args, run, token):
    """Everything that QEMU needs, as machine.boot wants it. Only one process makes a root at a time."""
    busybox = static_busybox()
    with open(WORK / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kernel_image = kernel.find(args.kernel, WORK / "kernels")
        root = image.root_disk(kernel_image, args.package, WORK, busybox, say)
    image.tree_disk(TREE, run / "tree.ext4")
    plan = {"TREE": TREE, "TOKEN": token, "YAMA": "" if args.yama is None else args.yama,
            "RUN_AS": image.USER if args.user else "root"}
    make_initramfs(run / "initramfs", kernel_image, busybox, plan, args.command)
    if args.keep:
        image.copy_sparse(root, run / "root.ext4")
        root = run / "root.ext4"
    return {"kernel": kernel_image, "initramfs": run / "initramfs", "append": machine.kernel_arguments(args.append),
            "root": root, "tree": run / "tree.ext4", "console": run / "console", "port": run / "port",
            "log": run / "qemu.log", "cpus": args.cpus, "memory": args.memory, "accel": args.accel, "cpu": args.cpu,
            "snapshot": not args.keep}


def write_out(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def run(args):
    token = f"caisson-vm-{secrets.token_hex(8)}"
    with run_directory(args.keep) as directory:
        setup = prepare(args, directory, token)
        say(f"booting Linux {kernel.release(setup['kernel'])}: {args.cpus} processors, {args.memory}, {args.accel}")
        start = time.monotonic()
        status = machine.boot(setup, token, args.timeout, write_out,
                              lambda: say(f"up after {time.monotonic() - start:.1f} s"))
        say(f"exit status {status} after {time.monotonic() - start:.1f} s")
        return status


def main():
    args = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the machine goes, too
    try:
        return run(args)
    except (image.ImageError, kernel.KernelError, OSError) as error:
        say(error)
        return OWN_FAULT
    except machine.MachineError as error:
        say(error)
        return TIMED_OUT if error.timed_out else OWN_FAULT
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
