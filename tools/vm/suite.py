#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `./dev vm test` runs inside the machine, as its root: the guest programs as root and as a plain user, and a few of
them under every level of Yama, each on every platform of the build. The last line sums up.

Levels only go up: nobody can lower 3 again. A platform that needs ptrace may refuse to start where Yama forbids it, if it
says that it is Yama (and exits with 124: the host refuses); to refuse where Yama allows it is a failure.
"""
import argparse
import pathlib
import re
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TREE / "tools"))
sys.dont_write_bytecode = True
import guest_runner  # noqa: E402

YAMA = pathlib.Path("/proc/sys/kernel/yama/ptrace_scope")
USER = ["setpriv", "--reuid=1000", "--regid=1000", "--init-groups", "--inh-caps=-all", "env", "HOME=/home/caisson"]
WHO = {"root": [], "user": USER}
SMOKE = ["hello_*", "fork_exec_wait", "thread_create_join", "futex_wait_wake", "pipe_eof", "mmap_private_file_cow",
         "signal_handler_runs", "process_vm_readv_child", "bad_pointers_efault"]
# Programs that the emulator, not a Linux, lets fail on the host.
EMULATOR = {"siginfo_fpe_sse": "QEMU's TCG raises no SSE exceptions"}
# Programs that take minutes in the sandbox there, for no other reason than 300,000 system calls.
TOO_LONG = {"hostile_directories": "takes minutes on an emulated processor"}
HOST_REFUSES = 124
SUM = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped")


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, passed, failed, skipped):
        self.passed, self.failed, self.skipped = self.passed + passed, self.failed + failed, self.skipped + skipped

    def single(self, verdict, text):
        self.add(verdict == "PASS", verdict == "FAIL", verdict == "SKIP")
        print(f"{verdict} {text}", flush=True)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def emulated():
    return "QEMU TCG" in pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")


def runner_options():
    """What the guest runner must know of this machine."""
    if not emulated():
        return []
    return ["--slow=8", *(f"--excuse={name}={why}" for name, why in EMULATOR.items()),
            *(f"--leave-out={name}={why}" for name, why in TOO_LONG.items())]


def guest_programs(tally, who, label, caisson, options):
    """The guest runner as `who`. One that does not end with its sum is one failure."""
    command = [*WHO[who], sys.executable, str(TREE / "tools/guest_runner.py"), "--prebuilt", f"--caisson={caisson}"]
    command += runner_options()
    command += options if who == "root" else ["--unprivileged", *options]
    line = ""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace") as runner:
        for line in runner.stdout:
            print(f"{label}: {line}", end="", flush=True)
    found = SUM.fullmatch(line.strip())
    if found:
        tally.add(*map(int, found.groups()))
    else:
        tally.single("FAIL", f"{label}: the runner of guest programs did not end (exit status {runner.returncode})")


def may_refuse(level, who):
    """Yama 2 asks for CAP_SYS_PTRACE; 3 forbids all attaching."""
    return level == 3 or (level == 2 and who != "root")


def judge_start(status, said, platform, level, who):
    """(verdict or None, why) of `caisson do -- true`; None: it runs, go on."""
    if status == 0:
        return None, ""
    if status != HOST_REFUSES:
        return "FAIL", f"exit status {status}: {said.strip()}"
    if not may_refuse(level, who):
        return "FAIL", f"refuses where Yama allows it: {said.strip()}"
    if "ptrace_scope" not in said:
        return "FAIL", f"refuses without saying that it is Yama: {said.strip()}"
    return ("PASS", "refuses and says why") if platform == "ptrace" else ("SKIP", "cannot run at this level")


def under_yama(tally, caisson, platforms):
    if not YAMA.exists():
        tally.single("SKIP", "this kernel has no Yama")
        return
    for level in range(int(YAMA.read_text(encoding="ascii")), 4):
        YAMA.write_text(f"{level}\n", encoding="ascii")
        for who, become in WHO.items():
            for platform in platforms:
                label = f"yama {level}, {who}"
                done = subprocess.run([*become, str(caisson), f"--platform={platform}", "do", "--", "true"], text=True,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      errors="replace", timeout=120, check=False)
                verdict, why = judge_start(done.returncode, done.stdout, platform, level, who)
                if verdict:
                    tally.single(verdict, f"{label} [{platform}]: {why}")
                else:
                    guest_programs(tally, who, label, caisson, ["--unprivileged", f"--platforms={platform}", *SMOKE])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--caisson", default=TREE / "build/release/caisson")
    parser.add_argument("--only", choices=("guest", "yama"), help="one half of the suite")
    parser.add_argument("--platforms", help="comma separated; all of the build if not said")
    parser.add_argument("pattern", nargs="*", help="only these guest programs, and nothing about Yama")
    args = parser.parse_args()
    platforms = args.platforms.split(",") if args.platforms else guest_runner.platforms_of(args.caisson)
    if not platforms:
        print(f"{args.caisson} does not say which platforms it has")
        return 2
    tally = Tally()
    if args.only != "yama":
        for who in WHO:
            options = [f"--platforms={','.join(platforms)}", *args.pattern]
            guest_programs(tally, who, who, args.caisson, options)
    if args.only != "guest" and not args.pattern:
        under_yama(tally, args.caisson, platforms)
    print(tally)
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
