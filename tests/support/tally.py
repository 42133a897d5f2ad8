#!/usr/bin/python3
"""Counts what the test programs of one group reported.

    tests/support/tally.py FOLDER

reads FOLDER's ctest.xml (ctest's JUnit), *.xml (GoogleTest's, one per program) and *.tap, prints a line `failed NAME` or
`skipped NAME: reason` for each test that did not pass, and last `total PASSED FAILED SKIPPED`.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def of_ctest(folder):
    """One test per program, or, where GoogleTest wrote down its own, each of those."""
    for case in xml.parse(folder / "ctest.xml").iter("testcase"):
        name, own = case.get("name"), folder / "gtest" / f"{case.get('name')}.xml"
        inner = list(of_gtest(name, own)) if own.exists() else []
        yield from inner
        if case.get("status") == "run":
            if not inner:
                yield name, "passed", ""
        elif case.get("status") == "fail":
            if not any(outcome == "failed" for _, outcome, _ in inner):
                yield name, "failed", ""
        else:
            skipped = case.find("skipped")
            yield name, "skipped", "" if skipped is None else skipped.get("message", "")


def of_gtest(program, path):
    try:
        cases = list(xml.parse(path).iter("testcase"))
    except xml.ParseError:
        return
    for case in cases:
        name = f"{program}: {case.get('classname')}.{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None:
            yield name, "failed", ""
        elif skipped is not None or case.get("status") == "notrun":
            yield name, "skipped", (skipped.get("message", "") if skipped is not None else "disabled").strip()
        else:
            yield name, "passed", ""


def of_tap(path):
    planned, seen = None, 0
    for line in path.read_text(errors="replace").splitlines():
        plan, test = re.match(r"1\.\.(\d+)", line), re.match(r"(not )?ok \d+ (.*?)( # skip ?(.*))?$", line)
        if plan:
            planned = int(plan[1])
        if test:
            seen += 1
            yield test[2], "failed" if test[1] else "skipped" if test[3] else "passed", test[4] or ""
    if planned != seen:
        yield f"{path.stem}: {planned} tests were planned and {seen} reported", "failed", ""


def main(folder):
    total = {"passed": 0, "failed": 0, "skipped": 0}
    results = list(of_ctest(folder)) if (folder / "ctest.xml").exists() else []
    for path in sorted(folder.glob("*.tap")):
        results += of_tap(path)
    for name, outcome, reason in results:
        total[outcome] += 1
        if outcome != "passed":
            print(outcome, name + (f": {' '.join(reason.split())}" if reason else ""))
    print("total", total["passed"], total["failed"], total["skipped"])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
