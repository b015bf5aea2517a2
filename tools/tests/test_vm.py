#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tools of ./dev vm without a machine: the command line, the archive, the disks, the stream, the suite's judgements.

usage: test_vm.py      (unittest)
"""
import contextlib
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import types
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOOLS), str(TOOLS / "vm")]
sys.dont_write_bytecode = True
import archive  # noqa: E402
import guest_runner  # noqa: E402
import image  # noqa: E402
import kernel  # noqa: E402
import machine  # noqa: E402
import suite  # noqa: E402
import vm  # noqa: E402

BUSYBOX = shutil.which("busybox")
MKFS = shutil.which("mkfs.ext4", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class CommandLine(unittest.TestCase):
    def refused(self, argv, word):
        with contextlib.redirect_stderr(io.StringIO()) as err, self.assertRaises(SystemExit) as end:
            vm.parse(argv)
        self.assertEqual(end.exception.code, 2)
        self.assertIn(word, err.getvalue())

    def test_without_a_command_it_is_the_suite(self):
        self.assertEqual(vm.parse([]).command, ["tools/vm/suite.py"])
        self.assertEqual(vm.parse(["--cpus=1", "test", "pipe", "epoll"]).command, ["tools/vm/suite.py", "pipe", "epoll"])
        self.assertEqual(vm.parse(["--"]).command, ["tools/vm/suite.py"])

    def test_a_command_keeps_its_own_options(self):
        self.assertEqual(vm.parse(["--memory=1G", "--", "ls", "--all"]).command, ["ls", "--all"])
        self.assertEqual(vm.parse(["ls", "--memory=1G"]).command, ["ls", "--memory=1G"])
        self.assertEqual(vm.parse(["--", "test", "-e", "/x"]).command, ["test", "-e", "/x"])

    def test_options_are_taken(self):
        args = vm.parse(["--yama=3", "--user", "--cpus=4", "--append=a", "--append=b c", "--timeout=5", "--keep", "true"])
        self.assertEqual((args.yama, args.user, args.cpus, args.append, args.timeout, args.keep),
                         (3, True, 4, ["a", "b c"], 5, True))

    def test_nonsense_is_refused(self):
        self.refused(["--yama=4", "true"], "--yama")
        self.refused(["--cpus=0", "true"], "--cpus")
        self.refused(["--timeout=0", "true"], "--timeout")
        self.refused(["--no-such-option", "true"], "--no-such-option")

    def test_the_command_and_the_plan_survive_the_shell(self):
        words = ["printf", "%s|", "a b", "'", '"', "$HOME", "`id`", "", "\\"]
        text = vm.plan_text({"A": "it's $HOME", "B": 3})
        script = f"{text}printf '%s|%s|' \"$A\" \"$B\"; exec {vm.shlex.join(words)}"
        done = subprocess.run(["sh", "-c", script], stdout=subprocess.PIPE, text=True, check=True)
        self.assertEqual(done.stdout, "it's $HOME|3|" + "".join(w + "|" for w in words[2:]))


class Kernels(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.dir)

    def bzimage(self, name="vmlinuz"):
        head = bytearray(0x400)
        head[0x202:0x206] = b"HdrS"
        head[0x20E:0x210] = (0x100).to_bytes(2, "little")
        head[0x300:0x320] = b"6.1.0-9-test (who@where) #1 SMP\0"
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(head)
        return path

    def module(self, path, depends):
        target = self.dir / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"\x7fELF\0name=x\0depends=" + depends.encode() + b"\0alias=virtio:d" + b"%d" % len(path) + b"\0")

    def test_the_version_is_read_from_the_image(self):
        self.assertEqual(kernel.release(self.bzimage()), "6.1.0-9-test")
        (self.dir / "junk").write_bytes(b"\0" * 0x400)
        with self.assertRaises(kernel.KernelError):
            kernel.release(self.dir / "junk")

    def test_what_is_no_kernel_is_refused(self):
        for name in (str(self.dir / "missing"), "bash", "../etc"):
            with self.assertRaises(kernel.KernelError):
                kernel.find(name, self.dir)

    def test_modules_come_after_what_they_need(self):
        image_path = self.bzimage("boot/vmlinuz")
        top = "lib/modules/6.1.0-9-test/"
        self.module(top + "kernel/virtio_blk.ko", "virtio-ring,virtio")
        self.module(top + "kernel/virtio_ring.ko", "")
        self.module(top + "kernel/virtio.ko", "virtio_ring")
        (self.dir / top / "modules.builtin").write_text("kernel/fs/ext4/ext4.ko\n")
        found = kernel.modules_of(image_path)
        modules = kernel.Modules(found)
        names = [kernel.module_name(p) for p in modules.load_order(["virtio_blk", "ext4", "no_such"])]
        self.assertEqual(names, ["virtio_ring", "virtio", "virtio_blk"])
        modules.write_index(self.dir)
        self.assertIn("kernel/virtio_blk.ko: kernel/virtio.ko kernel/virtio_ring.ko\n", (self.dir / "modules.dep").read_text())
        self.assertIn(" virtio_ring\n", (self.dir / "modules.alias").read_text())


class Images(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.dir)

    def test_dependencies_and_their_alternatives(self):
        self.assertEqual(image.alternatives("a (>= 1), b:any | c [amd64], , "), [["a"], ["b", "c"]])
        table = {"a": ("1", False, [["b"], ["none", "virtual"]]), "b": ("1", False, [["a"]]), "c": ("1", False, []),
                 "d": ("1", True, []), "unrelated": ("1", False, [])}
        self.assertEqual(image.closure(["a", "absent"], table, {"virtual": "c"}), ["a", "b", "c", "d"])

    @unittest.skipUnless(BUSYBOX, "busybox is not installed")
    def test_the_archive_unpacks_to_what_was_put_in(self):
        disk = archive.Archive()
        disk.file("deep/er/file", b"content\n", 0o755)
        disk.directory("deep/empty")
        disk.link("link", "deep/er/file")
        disk.file("odd", b"x" * 4097)
        with self.assertRaises(ValueError):
            disk.file("odd", b"")
        subprocess.run([BUSYBOX, "cpio", "-idm"], cwd=self.dir, input=disk.finish(), stderr=subprocess.DEVNULL, check=True)
        self.assertEqual((self.dir / "link").read_bytes(), b"content\n")
        self.assertTrue(os.access(self.dir / "deep/er/file", os.X_OK))
        self.assertTrue((self.dir / "deep/empty").is_dir())
        self.assertEqual((self.dir / "odd").stat().st_size, 4097)

    @unittest.skipUnless(BUSYBOX and MKFS, "busybox or mkfs.ext4 is not installed")
    def test_the_initramfs_has_the_first_process_and_the_plan(self):
        kernel_image = self.dir / "vmlinuz"
        head = bytearray(0x400)
        head[0x202:0x206] = b"HdrS"
        head[0x200:0x202] = b"\0\0"
        head[0x20E:0x210] = (0x100).to_bytes(2, "little")
        head[0x300:0x309] = b"0.0-none\0"
        kernel_image.write_bytes(head)
        target = self.dir / "initramfs"
        vm.make_initramfs(target, kernel_image, BUSYBOX, {"TREE": "/a b"}, ["echo", "it's"])
        data = target.read_bytes()
        self.assertIn(b"TREE='/a b'\n", data)
        self.assertIn(b"""exec echo 'it'"'"'s'\n""", data)
        self.assertIn((TOOLS / "vm/init").read_bytes(), data)

    @unittest.skipUnless(MKFS, "mkfs.ext4 is not installed")
    def test_the_tree_is_on_its_disk_with_what_is_built(self):
        tree = self.dir / "tree"
        for name in ("src/a.c", "build/release/caisson", "build/release/src/a.o", "build/guest/hello"):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(name)
        (tree / "dangling").symlink_to("nowhere")
        disk = self.dir / "tree.ext4"
        image.tree_disk(tree, disk)
        self.assertEqual(self.names(disk, "/"), {"src", "build", "dangling", "lost+found"})
        self.assertEqual(self.names(disk, "/build"), {"release", "guest"})
        self.assertEqual(self.names(disk, "/build/release"), {"caisson"})

    @staticmethod
    def names(disk, folder):
        debugfs = shutil.which("debugfs", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        done = subprocess.run([debugfs, "-R", f"ls -p {folder}", str(disk)], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=True)
        return {line.split("/")[5] for line in done.stdout.splitlines() if line} - {".", ".."}


class Streams(unittest.TestCase):
    TEXT = b"noise\nT start\nhello T end of nothing, T end 42 nor this; no newline" b"T end 42\n"

    def test_output_and_status_whatever_the_pieces(self):
        for size in range(1, len(self.TEXT) + 1):
            stream, out = machine.Stream("T"), b""
            for i in range(0, len(self.TEXT), size):
                self.assertIsNone(stream.status)
                out += stream.feed(self.TEXT[i:i + size])
            self.assertEqual(out, b"hello T end of nothing, T end 42 nor this; no newline")
            self.assertEqual(stream.status, 42)

    def test_nothing_before_the_start_is_output(self):
        stream = machine.Stream("T")
        self.assertEqual(stream.feed(b"T star"), b"")
        self.assertFalse(stream.started)
        self.assertEqual(stream.feed(b"t\nabc"), b"abc")

    def test_what_may_be_a_mark_is_held_back_and_then_given(self):
        stream = machine.Stream("T")
        stream.feed(b"T start\n")
        self.assertEqual(stream.feed(b"abT e"), b"ab")
        self.assertEqual(stream.feed(b"lse"), b"T else")


class Judgements(unittest.TestCase):
    def start(self, status, said, level, who, platform="ptrace"):
        return suite.judge_start(status, said, platform, level, who)[0]

    def test_a_refusal_must_be_allowed_and_say_that_it_is_yama(self):
        why = "caisson: kernel.yama.ptrace_scope is 2"
        self.assertIsNone(self.start(0, "", 2, "user"))
        self.assertEqual(self.start(124, why, 2, "user"), "PASS")
        self.assertEqual(self.start(124, why, 3, "root"), "PASS")
        self.assertEqual(self.start(124, why, 3, "root", "unotify"), "SKIP")
        self.assertEqual(self.start(124, why, 2, "root"), "FAIL")
        self.assertEqual(self.start(124, why, 1, "user"), "FAIL")
        self.assertEqual(self.start(124, "no", 3, "user"), "FAIL")
        self.assertEqual(self.start(125, why, 3, "user"), "FAIL")


class Runner(unittest.TestCase):
    def test_the_platforms_are_those_that_the_program_names(self):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "caisson"
            program.write_text("#!/bin/sh\necho \"caisson: $1: no such platform in this build; choose one of: a, b\" >&2\nexit 125\n")
            program.chmod(0o755)
            self.assertEqual(guest_runner.platforms_of(program), ["a", "b"])
            program.write_text("#!/bin/sh\necho something else\n")
            self.assertEqual(guest_runner.platforms_of(program), [])

    def test_options_reach_the_sandbox(self):
        args = guest_runner.parse(["--caisson=/c", "--cpu=1", "--caisson-option=--network=none", "pat", "tern"])
        self.assertEqual(guest_runner.sandbox_command(args, "p", "/prog"),
                         ["taskset", "-c", "1", "/c", "--platform=p", "--network=none", "do", "--", "/prog"])
        self.assertEqual(args.pattern, ["pat", "tern"])
        self.assertEqual(guest_runner.sandbox_command(types.SimpleNamespace(cpu=None, caisson="c", caisson_option=[]), "p", "x"),
                         ["c", "--platform=p", "do", "--", "x"])

    def test_a_slow_machine_has_more_time_and_an_excuse_has_a_reason(self):
        args = guest_runner.parse(["--slow=4", "--timeout=10", "--excuse=a=why = so", "--excuse=b", "--leave-out=c=long"])
        self.assertEqual(args.timeout, 40)
        self.assertEqual(args.excuses, {"a": "why = so", "b": "known to fail on this host"})
        self.assertEqual(args.left_out, {"c": "long"})

    def test_an_excuse_turns_a_failure_into_a_skip_and_nothing_else(self):
        results = guest_runner.Results()
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(results.judge("n", "host", ["false"], 20, "not root"), "SKIP")
            self.assertEqual(results.judge("n", "host", ["true"], 20, "not root"), "PASS")
        self.assertEqual(results.counts, {"PASS": 1, "FAIL": 0, "SKIP": 1})


if __name__ == "__main__":
    unittest.main()
