#!/usr/bin/python3
"""Runs the unittest files (*_test.py) of a folder, or those whose name contains a word, and reports in TAP.

    tests/support/tap.py tests/interop [WORD...]

The exit status says only whether it could run; who counts reads the TAP. What a failing test says stands in the
comments below its line.
"""
import pathlib
import signal
import sys
import time
import unittest


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def line(self, ok, test, directive="", details=""):
        self.number += 1
        took = time.monotonic() - getattr(self, "started", time.monotonic())
        print(f"{'ok' if ok else 'not ok'} {self.number} {test.id()} ({took:.1f} s){directive}")
        for detail in details.splitlines():
            print(f"#   {detail}")
        sys.stdout.flush()

    def addSuccess(self, test):
        self.line(True, test)

    def addFailure(self, test, err):
        self.line(False, test, details=self._exc_info_to_string(err, test))

    addError = addFailure

    def addSkip(self, test, reason):
        self.line(True, test, directive=f" # skip {reason}")

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.line(False, subtest, details=self._exc_info_to_string(err, subtest))


def tests_of(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def main(folder, words):
    sys.dont_write_bytecode = True
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):  # what nohup or a shell's & ignores, every program would
        signal.signal(number, signal.SIG_DFL)
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    found = unittest.defaultTestLoader.discover(folder, pattern="*_test.py")
    chosen = [t for t in tests_of(found) if not words or any(w in t.id() for w in words)]
    result = TapResult()
    unittest.TestSuite(chosen).run(result)
    print(f"1..{result.number}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
