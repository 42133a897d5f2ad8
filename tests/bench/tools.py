"""kproduce and kconsume beside kcat, with one kserver and the same lines; how long the tools take to start.

Each pair is measured in turn, round by round: the time from start to end and the CPU time, both of the whole process.
"""
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import tempfile
import time

from bench.table import print_table, ratio, spread
from support.kserver import BIN, Kserver

LINE = 100  # bytes, with its newline
STARTS = 40
CODECS = ("zstd", "lz4")


def timed(command, stdin=os.devnull, stdout=os.devnull):
    """Runs it; {"s": seconds, "cpu": seconds}."""
    with open(stdin, "rb") as source, open(stdout, "wb") as target, tempfile.TemporaryFile() as said:
        began = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdin=source, stdout=target, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise RuntimeError(f"{' '.join(map(str, command))}: exit status {process.returncode}\n{said.read().decode()}")
    return {"s": took, "cpu": usage.ru_utime + usage.ru_stime}


def write_lines(path, count):
    """Lines such as a log has them, which codecs can shrink to a third or so."""
    source = random.Random(1)
    words = ["".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=source.randint(2, 9))) for _ in range(2_000)]
    with open(path, "w") as file:
        for number in range(count):
            line = f"{1_700_000_000 + number // 50} {number:08d} {source.getrandbits(40):010x} "
            while len(line) < LINE:
                line += words[int(source.random() ** 2 * len(words))] + " "
            file.write(line[:LINE - 1] + "\n")


class Tools:
    """A server, and the lines to send to it and to read from it."""

    def __init__(self, folder, count):
        self.folder, self.count = folder, count
        self.lines = folder / "lines"
        write_lines(self.lines, count)
        self.server = Kserver({"log.segment.delete.delay.ms": 100}, folder / "kserver")
        self.server.folder.mkdir()
        self.server.start()

    def ktopics(self, *words):
        subprocess.run([BIN / "ktopics", "-b", self.server.address, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kproduce(self, topic, *options):
        return timed([BIN / "kproduce", "-q", "-b", self.server.address, *options, topic], stdin=self.lines)

    def kcat_produce(self, topic, *options):
        return timed(["kcat", "-P", "-b", self.server.address, "-t", topic, "-X", "acks=all", *options], stdin=self.lines)

    def kconsume(self, topic):
        return timed([BIN / "kconsume", "-q", "-b", self.server.address, topic])

    def kcat_consume(self, topic):
        return timed(["kcat", "-C", "-q", "-e", "-b", self.server.address, "-t", topic])

    def check(self, topic):
        """That what was sent is there: the lines of one partition are the file."""
        out = self.folder / "out"
        timed([BIN / "kconsume", "-q", "-b", self.server.address, topic], stdout=out)
        if out.read_bytes() != self.lines.read_bytes():
            raise RuntimeError(f"{topic} does not hold the lines that were sent")
        out.unlink()

    def pair(self, rounds, partitions, codec):
        """Results of kproduce, kcat -P, kconsume and kcat -C, a list each."""
        results = [[], [], [], []]
        options = [] if codec == "none" else ["-z", codec]
        for number in range(rounds):
            topics = [f"{name}-{partitions}-{codec}-{number}" for name in ("ours", "theirs")]
            for topic, send, found in zip(topics, (self.kproduce, self.kcat_produce), results[:2]):
                self.ktopics("create", topic, "-p", str(partitions))
                found.append(send(topic, *options))
            if number == 0 and partitions == 1:
                self.check(topics[0])
            for read, found in zip((self.kconsume, self.kcat_consume), results[2:]):
                found.append(read(topics[0]))
            self.ktopics("delete", "-y", *topics)
        return results

    def close(self):
        self.server.close()


def codec_alone(lines, codec, rounds):
    """Seconds to compress and to decompress the lines."""
    results = []
    for _ in range(rounds):
        done = subprocess.run([BIN / "codec_alone", "--file", lines, "--codec", codec], check=True, capture_output=True)
        found = json.loads(done.stdout)
        results.append(({"s": found["compress_s"]}, {"s": found["decompress_s"]}))
    return list(zip(*results))


def start_times(address):
    """Milliseconds of a process that has little to do, and of one that has nothing to do."""
    rows = []
    for name, command in (
        ("true", [shutil.which("true")]),
        *((f"{tool} --version", [BIN / tool, "--version"]) for tool in ("kproduce", "kconsume", "ktopics", "kserver")),
        ("ktopics list", [BIN / "ktopics", "-b", address, "list"]),
        ("kcat -L", ["kcat", "-L", "-b", address]),
    ):
        took = []
        for _ in range(STARTS):
            began = time.monotonic()
            timed(command)
            took.append((time.monotonic() - began) * 1e3)
        rows.append([name, f"{statistics.median(took):.1f} ({min(took):.1f}-{max(took):.1f})"])
    print_table("From start to end in ms: median (min-max)", ["", "ms"], rows)


def ready_times():
    """Milliseconds until a server serves clients, on a folder that it formats and on one that is formatted."""
    fresh, formatted = [], []
    for _ in range(STARTS):
        with Kserver() as server:
            server.stop()
            shutil.rmtree(server.log_dir)
            for took in (fresh, formatted):
                took.append(server.start() * 1e3)
                server.stop()
    rows = [[name, f"{statistics.median(took):.1f} ({min(took):.1f}-{max(took):.1f})"] for name, took in (("new folder", fresh), ("formatted folder", formatted))]
    print_table("Until kserver is ready in ms: median (min-max)", ["", "ms"], rows)


def measure(folder, rounds, count):
    with tempfile.TemporaryDirectory(dir=folder) as place:
        tools = Tools(pathlib.Path(place), count)
        try:
            rows, codecs = [], []
            for partitions, codec in ((1, "none"), (4, "none"), *((1, codec) for codec in CODECS)):
                produced, kcat_produced, consumed, kcat_consumed = tools.pair(rounds, partitions, codec)
                name = f"{partitions} partition{'s' if partitions > 1 else ''}" + ("" if codec == "none" else f", {codec}")
                for verb, ours, theirs in (("produce", produced, kcat_produced), ("consume", consumed, kcat_consumed)):
                    rows.append([f"{verb}, {name}", spread(ours, "s", 2), spread(theirs, "s", 2), ratio(theirs, ours, "s"),
                                 spread(ours, "cpu", 2), spread(theirs, "cpu", 2), ratio(ours, theirs, "cpu")])
                if codec != "none":
                    for verb, ours, alone in zip(("compress", "decompress"), (produced, consumed), codec_alone(tools.lines, codec, rounds)):
                        codecs.append([f"{verb}, {codec}", spread(ours, "s", 2), spread(alone, "s", 2), ratio(ours, alone, "s")])
            print_table(f"{count} lines of {LINE} bytes to kserver and back, acks=all. Seconds, and seconds of CPU: median (min-max)",
                        ["", "ours", "kcat", "times as fast", "our CPU", "kcat's CPU", "CPU, ours / kcat's"], rows)
            print_table("The same beside the codec alone, on one core. Seconds: median (min-max)", ["", "tool", "codec", "tool / codec"], codecs)
            start_times(tools.server.address)
            ready_times()
        finally:
            tools.close()
