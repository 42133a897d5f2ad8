#!/usr/bin/python3
"""Every member of the typed snapshots, BrokerConfig and TopicConfig, is read outside of base/config: a config of which
nobody takes notice must not be said to be obeyed."""
import pathlib
import re
import sys

# A snapshot and what a reader of its member looks like. The names of TopicConfig are nobody else's; BrokerConfig is
# always called config.
SNAPSHOTS = {"BrokerConfig": r"config\w*(?:\(\))?(?:\.|->)", "TopicConfig": r"(?:\.|->)"}


def members(header, name):
    body = re.search(r"struct " + name + r" \{\n(.*?)\n\};", header, re.DOTALL)[1]
    code = re.sub(r"//.*|\busing .*", "", body)
    return re.findall(r"^  [\w:<>]+(?:<[^;]*>)? (\w+)(?: = [^;]*|\{[^;]*\})?;", code, re.MULTILINE)


def main(top):
    config = top / "libkstream/base/config"
    readers = "".join(
        file.read_text()
        for root in ("libkstream", "apps")
        for file in sorted((top / root).rglob("*"))
        if file.suffix in (".h", ".cc") and config not in file.parents
    )
    headers = "".join(file.read_text() for file in sorted(config.glob("*_config.h")))
    unread = found = 0
    for name, reader in SNAPSHOTS.items():
        for member in members(headers, name):
            found += 1
            if not re.search(reader + member + r"\b", readers):
                unread += 1
                print(f"{name}::{member} is read by nobody")
    print(f"{found} members, {unread} of them unread")
    return 1 if unread or found < 20 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
