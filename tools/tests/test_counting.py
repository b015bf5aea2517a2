#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the last line of ./dev check adds up: no failure, crash or timeout may be counted as anything else.

usage: test_counting.py      (unittest)
"""
import contextlib
import io
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True
import count_unit  # noqa: E402
import guest_runner  # noqa: E402


class UnitCounts(unittest.TestCase):
    @staticmethod
    def count(result, stdout="", stderr=""):
        return count_unit.count({"result": result, "stdout": stdout, "stderr": stderr})

    def test_passes_failures_and_skips_are_told_apart(self):
        text = "[  PASSED  ] 3 test(s).\n[  SKIPPED ] 1 test(s), listed below:\n[  FAILED  ] 2 test(s), listed below:\n"
        self.assertEqual(self.count("FAIL", stderr=text), [3, 2, 1])

    def test_a_program_that_dies_is_a_failure(self):
        self.assertEqual(self.count("FAIL", "[==========] Running 5 test(s).\n"), [0, 1, 0])
        self.assertEqual(self.count("TIMEOUT"), [0, 1, 0])
        self.assertEqual(self.count("ERROR", "[  PASSED  ] 5 test(s).\n"), [5, 1, 0])

    def test_a_program_that_says_nothing_counts_once(self):
        self.assertEqual(self.count("OK"), [1, 0, 0])
        self.assertEqual(self.count("SKIP"), [0, 0, 1])


class GuestVerdicts(unittest.TestCase):
    def judge(self, script, seconds=20):
        results = guest_runner.Results()
        with contextlib.redirect_stdout(io.StringIO()) as out:
            verdict = results.judge("name", "host", ["sh", "-c", script], seconds)
        self.assertEqual(sum(results.counts.values()), 1)
        self.assertEqual(results.counts[verdict], 1)
        return verdict, out.getvalue()

    def test_exit_0_passes(self):
        self.assertEqual(self.judge("exit 0")[0], "PASS")

    def test_exit_77_skips_and_says_why(self):
        verdict, out = self.judge("echo skip: no such device; exit 77")
        self.assertEqual(verdict, "SKIP")
        self.assertIn("no such device", out)

    def test_other_exits_and_signals_fail(self):
        for script, word in (("echo wrong; exit 1", "exit status 1"), ("kill -SEGV $$", "signal 11"),
                             ("exit 127", "exit status 127")):
            verdict, out = self.judge(script)
            self.assertEqual(verdict, "FAIL")
            self.assertIn(word, out)

    def test_what_hangs_fails_and_is_killed_with_its_children(self):
        verdict, out = self.judge("sleep 300 & sleep 300", seconds=0.5)
        self.assertEqual(verdict, "FAIL")
        self.assertIn("still running", out)


if __name__ == "__main__":
    unittest.main()
