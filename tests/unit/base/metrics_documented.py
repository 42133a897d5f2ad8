#!/usr/bin/python3
"""Every metric that the server tells has its place in man/kserver.1, and nothing else is named there."""
import pathlib
import re
import sys

top = pathlib.Path(sys.argv[1])
name = re.compile(r"kstream_[a-z_]+[a-z]")
told = {found for file in ("libkstream/base/metric_names.inc", "libkstream/server/observation.cc")
        for found in re.findall(r'"(kstream_[a-z_]+[a-z])', (top / file).read_text())}
documented = set(name.findall((top / "man/kserver.1").read_text()))
for missing in sorted(told - documented):
    print(f"man/kserver.1 does not document {missing}")
for unknown in sorted(documented - told):
    print(f"man/kserver.1 documents {unknown}, which nothing tells")
print(f"{len(told)} metrics")
sys.exit(1 if told ^ documented or not told else 0)
