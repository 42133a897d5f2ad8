#!/usr/bin/python3
"""Reads every #include of libkstream and apps, and a few calls, against the tables below.

The tables are sections 1 and 2 of the design: includes point down only, what is pure stays pure, and each foreign
library is known to as few files as possible. Prints one line per violation: file, line, what is wrong. The schema
compiler, protocol/schemac, is a program of the build, not of the library, and is left out.
"""
import pathlib
import re
import sys

# A folder may include itself, the folders named here, and all that those may include.
BELOW = {
    "include/kstream": "",
    "base": "include/kstream",
    "protocol": "base",
    "records": "protocol",
    "log": "records",
    "security": "records",
    "cluster": "records",
    "replication": "records",
    "groups": "records",
    "transactions": "records",
    "storage": "records log",
    "quorum": "log cluster",
    "broker": "log security cluster replication groups transactions quorum",
    "net": "base",
    "server": "broker storage net",
    "client": "net records security",
    "cli": "include/kstream",
    "apps": "cli",
}
# What a single file may include beside that.
ALSO = {"apps/kserver.cc": "server", "apps/kserver_kafka.cc": "server",
        "apps/kserver_storage.cc": "server"}
# Public headers that everything uses; the others belong to client, which implements them, to cli and to apps.
EVERYWHERE = {"config_text.h", "error.h", "error_codes.inc", "export.h", "ids.h", "record.h", "result.h"}

# Headers of others, as a pattern, and who may include them: folders or files.
FOREIGN = {
    r"boost/(?!container/).*": "net server client",
    r"boost/container/": "base/small_vector.h",
    r"spdlog/|fmt/": "server/logging.cc",
    r"CLI/": "cli apps",
    r"rapidjson/": "base/json.cc cli",
    r"toml\+\+|toml\.hpp": "base/toml.cc cli",
    r"re2/": "server/regex.cc cli",
    r"isa-l": "base",
    r"(lz4|zstd|snappy|zlib)\w*\.h|lz4hc\.h": "records",
    r"thread|mutex|shared_mutex|condition_variable|future|semaphore|stop_token": "storage server client cli apps",
    r"fstream|iostream|filesystem": "server cli apps",
    r"(sys|netinet|arpa)/.*|unistd\.h|fcntl\.h|signal\.h|poll\.h|dirent\.h|netdb\.h": "storage net server client cli apps",
}
# Calls, as a pattern, and who may make them.
CALLS = {
    r"_clock::now\(|\bclock_gettime\(|\bgettimeofday\(|\btime\((nullptr|NULL|0)\)": "server net client cli apps",
    r"\brandom_device\b|\bgetrandom\(|\bs?rand\(": "server client cli apps",
    # The one file that calls the system for log directories. The server has a socket and a lock file beside them, and
    # what goes out to a socket is read from a segment that somebody opened.
    r"\b(pwritev?2?|fsync|fdatasync|ftruncate|sync_file_range|mkdirat|renameat)\(|(?<![\w>])::(rename|mkdir)\(": "storage/posix_directory.cc cli apps",
    r"\b(openat|unlinkat)\(|(?<![\w>])::(open|unlink)\(": "storage/posix_directory.cc server cli apps",
    r"\bpreadv?2?\(": "storage/posix_directory.cc net/output.cc cli/followed_file.cc",
    r"\b(fopen|ifstream|ofstream)\b": "server cli apps",
}
BAD_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|manager|misc)(_|\.|$)")


def closure(folder):
    found, queue = set(), [folder]
    while queue:
        one = queue.pop()
        if one not in found:
            found.add(one)
            queue += BELOW[one].split()
    return found


def folder_of(path):
    """The longest key of BELOW that `path` lies in, or None."""
    return max((k for k in BELOW if path.startswith(k + "/")), key=len, default=None)


def permitted(path, whom):
    return any(path == one or path.startswith(one + "/") for one in whom.split())


def check_include(path, folder, quoted, target):
    if quoted and folder_of(target) is None:
        return f'"{target}" is not written from the root of libkstream'
    if target.startswith("kstream/"):
        name = target.removeprefix("kstream/")
        free = folder in ("include/kstream", "client", "cli", "apps") or name in EVERYWHERE
        return None if free else f"<{target}> is for users of the library"
    if quoted:
        allowed = closure(folder)
        for extra in ALSO.get(path, "").split():
            allowed |= closure(extra)
        return None if folder_of(target) in allowed else f'{folder} may not include "{target}"'
    for pattern, whom in FOREIGN.items():
        if re.match(pattern + "$" if not pattern.endswith("/") else pattern, target) and not permitted(path, whom):
            return f"<{target}> belongs to: {whom}"
    return None


def check_file(path, text):
    folder = folder_of(path)
    if folder is None:
        yield 1, "this folder is not in the table of tests/unit/includes/check.py"
        return
    if BAD_NAMES.search(path.rsplit("/", 1)[-1]):
        yield 1, "a file is named after one idea, not utils, helper, common, manager or misc"
    if path.endswith(".h") and "#pragma once" not in text:
        yield 1, "no #pragma once"
    for number, line in enumerate(text.splitlines(), 1):
        include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        wrong = include and check_include(path, folder, include[1] == '"', include[2])
        if wrong:
            yield number, wrong
        code = re.sub(r'//.*|"(\\.|[^"\\])*"', "", line)
        for pattern, whom in CALLS.items():
            called = re.search(pattern, code)
            if called and not permitted(path, whom):
                yield number, f"{called[0]} belongs to: {whom}"


def main(top):
    wrong = files = 0
    for root, prefix in (("libkstream", ""), ("apps", "apps/")):
        for file in sorted((top / root).rglob("*")):
            if file.suffix not in (".h", ".cc", ".inc"):
                continue
            path = prefix + str(file.relative_to(top / root))
            if path.startswith("protocol/schemac/"):
                continue
            files += 1
            for number, what in check_file(path, file.read_text()):
                wrong += 1
                print(f"{file.relative_to(top)}:{number}: {what}")
    for folder in sorted(p for p in (top / "libkstream").iterdir() if p.is_dir() and p.name != "include"):
        if not (folder / "README.md").exists():
            wrong += 1
            print(f"libkstream/{folder.name}: no README.md says what lives here, what may not, what is not obvious")
    print(f"{files} files, {wrong} violations")
    return 1 if wrong or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
