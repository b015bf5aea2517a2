#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each checker refuses a sample that is wrong and accepts one that is right.

usage: test_checkers.py      (unittest)
"""
import json
import pathlib
import subprocess
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent.parent
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"


class CheckerTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.dir.name)
        (self.root / "src").mkdir()

    def tearDown(self):
        self.dir.cleanup()

    def put(self, path, text=""):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SPDX + text)

    def run_checker(self, name):
        done = subprocess.run([TOOLS / name, self.root], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, timeout=60)
        return done.returncode, done.stdout

    def refuses(self, name, *words):
        status, out = self.run_checker(name)
        self.assertEqual(status, 1, out)
        for word in words:
            self.assertIn(word, out)

    def accepts(self, name):
        status, out = self.run_checker(name)
        self.assertEqual(status, 0, out)


class Includes(CheckerTest):
    def setUp(self):
        super().setUp()
        for header in ("base/list.h", "base/test.h", "host/fd.h", "wire/9p.h", "sentry/mm/mm.h", "sentry/mm/mm_priv.h",
                       "sentry/vfs/file.h", "sentry/boot/boot.h", "gofer/gofer.h", "gofer/serve.h", "oci/spec.h"):
            self.put(f"src/{header}")

    def test_down_is_right(self):
        self.put("src/sentry/vfs/file.c", '#include "sentry/vfs/file.h"\n#include "sentry/mm/mm.h"\n#include <stdio.h>\n')
        self.put("src/runtime/main.c", '#include "sentry/boot/boot.h"\n#include "gofer/gofer.h"\n#include "oci/spec.h"\n')
        self.put("src/sentry/mm/mm.c", '#include "sentry/mm/mm_priv.h"\n')
        self.put("src/sentry/mm/x86_64/mm.c", '#include "sentry/mm/mm_priv.h"\n')
        self.put("src/sentry/mm/test_space.h", '#include "base/test.h"\n')
        self.put("src/base/list_test.c", '#include "base/test.h"\n')
        self.accepts("check_includes.py")

    def test_up_is_wrong(self):
        self.put("src/sentry/mm/mm.c", '#include "sentry/vfs/file.h"\n')
        self.refuses("check_includes.py", "src/sentry/mm/mm.c:2", "points up")

    def test_gofer_sees_no_sentry(self):
        self.put("src/gofer/a.c", '#include "sentry/mm/mm.h"\n')
        self.refuses("check_includes.py", "gofer may use only")

    def test_oci_sees_no_host(self):
        self.put("src/oci/a.c", '#include "host/fd.h"\n')
        self.refuses("check_includes.py", "oci may use only abi, base")

    def test_runtime_sees_only_entry_headers(self):
        self.put("src/runtime/a.c", '#include "gofer/serve.h"\n')
        self.put("src/runtime/b.c", '#include "sentry/mm/mm.h"\n')
        self.refuses("check_includes.py", "a.c:2", "b.c:2")

    def test_sentry_uses_no_runtime(self):
        self.put("src/runtime/r.h")
        self.put("src/sentry/boot/b.c", '#include "runtime/r.h"\n#include "gofer/gofer.h"\n#include "oci/spec.h"\n')
        self.refuses("check_includes.py", "b.c:2", "b.c:3", "b.c:4")

    def test_private_header_stays_at_home(self):
        self.put("src/sentry/vfs/a.c", '#include "sentry/mm/mm_priv.h"\n')
        self.refuses("check_includes.py", "own directory only")

    def test_file_in_no_room(self):
        self.put("src/misc/utils.c")
        self.put("src/sentry/stray.c")
        self.refuses("check_includes.py", "src/misc/utils.c: is in no room", "src/sentry/stray.c: is in no room")

    def test_relative_include(self):
        self.put("src/base/a.c", '#include "list.h"\n')
        self.refuses("check_includes.py", "written from src/")

    def test_test_header_in_the_product(self):
        self.put("src/base/a.c", '#include "base/test.h"\n')
        self.refuses("check_includes.py", "is for *_test.c")


class Sizes(CheckerTest):
    @staticmethod
    def function(lines):
        return "int f(void)\n{\n" + "\tx();\n" * lines + "}\n"

    def test_small_is_right(self):
        self.put("src/base/a.c", self.function(60))
        status, out = self.run_checker("check_size.py")
        self.assertEqual((status, out), (0, ""))

    def test_longish_is_a_warning(self):
        self.put("src/base/a.c", self.function(61))
        status, out = self.run_checker("check_size.py")
        self.assertEqual(status, 0)
        self.assertIn("f(): warning: 61 lines", out)

    def test_long_function(self):
        self.put("src/base/a.c", self.function(121))
        self.refuses("check_size.py", "f(): 121 lines")

    def test_long_file(self):
        self.put("src/base/a.c", "int x;\n" * 900)
        self.refuses("check_size.py", "901 lines")

    def test_tables_are_exempt(self):
        self.put("src/base/a.def", "ROW()\n" * 2000)
        self.accepts("check_size.py")


class Table(CheckerTest):
    HANDLERS = ("long sys_read(struct task *t, const struct sysargs *a)\n{\n}\n"
                "long sys_none(struct task *t, const struct sysargs *a)\n{\n}\n")

    def table(self, *rows):
        self.put("src/sentry/sys/table.def", "\n".join(rows) + "\n")

    def setUp(self):
        super().setUp()
        self.put("src/sentry/sys/io.c", self.HANDLERS)
        self.put("tests/guest/reading.c", "int main(void)\n{\n\treturn (int)read(0, 0, 0);\n}\n")

    def test_good_rows(self):
        self.table('SYSCALL(0, read, sys_read, "fd", SYS_FULL, "")', 'SYSCALL(1, write, sys_none, "", SYS_NONE, "")')
        self.accepts("check_table.py")

    def test_row_without_handler(self):
        self.table('SYSCALL(1, write, sys_write, "", SYS_FULL, "")')
        self.refuses("check_table.py", "table.def:2", "no function sys_write")

    def test_none_that_claims(self):
        self.table('SYSCALL(1, write, sys_none, "", SYS_FULL, "")')
        self.refuses("check_table.py", "go together")

    def test_partial_without_note(self):
        self.table('SYSCALL(0, read, sys_read, "", SYS_PARTIAL, "")')
        self.refuses("check_table.py", "what is missing")

    def test_full_without_a_guest_program(self):
        self.put("src/sentry/sys/io.c", self.HANDLERS.replace("sys_read", "sys_readv"))
        self.table('SYSCALL(19, readv, sys_readv, "fd", SYS_FULL, "")')
        self.refuses("check_table.py", "no program of tests/guest names readv")

    def test_double_number_and_unreadable_row(self):
        self.table('SYSCALL(0, read, sys_read, "", SYS_FULL, "")', 'SYSCALL(0, rd, sys_read, "", SYS_FULL, "")',
                   "SYSCALL(oops)")
        self.refuses("check_table.py", "stands twice", "table.def:4")

    def test_no_table_is_a_skip(self):
        self.assertEqual(self.run_checker("check_table.py")[0], 77)


class Listed(CheckerTest):
    def test_listed_and_not_listed(self):
        (self.root / "src/base").mkdir()
        (self.root / "src/base/meson.build").write_text("sources = ['a.c', 'x86_64/b.S'] # 'c.c'\n")
        self.put("src/base/a.c")
        self.put("src/base/x86_64/b.S")
        self.accepts("check_listed.py")
        self.put("src/base/c.c")
        self.refuses("check_listed.py", "src/base/c.c")


class Surface(CheckerTest):
    def compare(self, now, reviewed):
        for name, rows in (("now.json", now), ("reviewed.json", reviewed)):
            (self.root / name).write_text(json.dumps({"processes": {"sentry": rows}}))
        done = subprocess.run([TOOLS / "check_surface.py", self.root / "now.json", self.root / "reviewed.json"],
                              stdout=subprocess.PIPE, text=True, check=False, timeout=60)
        return done.returncode, done.stdout

    def test_the_reviewed_list_is_right(self):
        self.assertEqual(self.compare([{"syscall": "read", "args": ""}], [{"syscall": "read", "args": ""}]), (0, ""))

    def test_wider_and_left_over_are_wrong(self):
        narrow, wide = [{"syscall": "mmap", "args": "arg2 & 0x4 == 0x0"}], [{"syscall": "mmap", "args": ""}]
        status, out = self.compare(wide, narrow)
        self.assertEqual(status, 1)
        self.assertIn("not reviewed", out)
        self.assertIn("no longer allowed", out)

    def test_too_many_calls(self):
        rows = [{"syscall": f"call{i}", "args": ""} for i in range(61)]
        status, out = self.compare(rows, rows)
        self.assertEqual(status, 1)
        self.assertIn("61 different", out)


class Headers(CheckerTest):
    def test_header_that_needs_another(self):
        self.put("src/base/a.h", "#include <stdint.h>\nuint8_t f(void);\n")
        self.accepts("check_headers.sh")
        self.put("src/base/b.h", "uint8_t g(void);\n")
        self.refuses("check_headers.sh", "src/base/b.h: does not compile alone")


class Format(CheckerTest):
    def test_layout(self):
        (self.root / ".clang-format").write_text((TOOLS.parent / ".clang-format").read_text())
        self.put("src/base/a.c", "int f(void)\n{\n\treturn 0;\n}\n")
        self.accepts("check_format.sh")
        self.put("src/base/b.c", "int  f( void ) {\n  return 0;}\n")
        status, out = self.run_checker("check_format.sh")
        self.assertNotEqual(status, 0)
        self.assertIn("b.c", out)


if __name__ == "__main__":
    unittest.main()
