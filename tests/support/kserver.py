"""A kserver of a test's own: started on a free port with its data in a temporary folder, ended by its process id."""
import os
import pathlib
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("KSTREAM_BIN", TOP / "build/release/bin"))


class Kserver:
    """`with Kserver({"num.shards": 2}) as server:` gives one that serves at server.address (host:port).

    Its data are in server.log_dir, which outlives stop(), kill() and start() and goes with close().
    """

    def __init__(self, config=None, folder=None, environment=None, cores=None):
        """`environment` is added to ours; `cores` is the set that the process may run on (default: all)."""
        self.environment = {**os.environ, **(environment or {})}
        self.cores = cores
        self.own_folder = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="kserver-test-"))
        self.log_dir = self.folder / "data"
        self.output = self.folder / "kserver.out"
        self.config = {"listeners": "PLAINTEXT://127.0.0.1:0", "log.dirs": str(self.log_dir), **(config or {})}
        self.process = None
        self.address = None
        self.damaged = False

    def start(self, timeout=20):
        """Returns the seconds until it was ready. Raises with its output if it is not in time."""
        began = time.monotonic()
        options = [word for name, value in self.config.items() for word in ("-X", f"{name}={value}")]
        with open(self.output, "ab") as log:
            self.process = subprocess.Popen(
                [BIN / "kserver", *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, cwd=self.folder,
                env=self.environment, preexec_fn=self.cores and (lambda: os.sched_setaffinity(0, self.cores)),
            )
        line = b""
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([self.process.stdout], [], [], max(0, began + timeout - time.monotonic()))
            byte = os.read(self.process.stdout.fileno(), 1) if readable else b""
            if not byte:
                self.kill()
                raise RuntimeError(f"kserver was not ready within {timeout} s; it said:\n{self.said()}")
            line += byte
        word, self.address = line.decode().split()
        assert word == "ready", line
        return time.monotonic() - began

    @property
    def port(self):
        return int(self.address.rsplit(":", 1)[1])

    def said(self):
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def resident(self):
        """Bytes in memory."""
        with open(f"/proc/{self.process.pid}/smaps_rollup") as rollup:
            return next(int(line.split()[1]) << 10 for line in rollup if line.startswith("Rss:"))

    def peak_resident(self):
        """Bytes in memory at most since it began."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))

    def stop(self, timeout=20):
        """SIGTERM; raises unless it ends with exit status 0."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"kserver did not stop within {timeout} s; it said:\n{self.said()}") from None
        self._ended()
        if status != 0:
            raise RuntimeError(f"kserver ended with status {status}; it said:\n{self.said()}")
        self._verify()

    def kill(self):
        """SIGKILL, as a crash of the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._ended()
            if self.address:
                self._verify()

    def _verify(self):
        """However it ended: what it left must be whole, unless a test damages it (self.damaged)."""
        if self.damaged:
            return
        directories = str(self.config["log.dirs"]).split(",")
        done = subprocess.run([BIN / "kserver", "verify", *directories], capture_output=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"kserver verify: {done.returncode}: {(done.stdout + done.stderr).decode()}")

    def _ended(self):
        self.process.stdout.close()
        self.process = None

    def close(self):
        try:
            self.stop()
        finally:
            if self.own_folder:
                shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()


def announced(address):
    """The APIs that a server says it has, {key: (first version, last version)}, by ApiVersions 0."""
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(struct.pack(">ihhih", 10, 18, 0, 1, -1))
        file = connection.makefile("rb")
        answer = file.read(struct.unpack(">i", file.read(4))[0])
    _correlation, error, count = struct.unpack_from(">ihi", answer)
    assert error == 0, error
    return {key: (first, last) for key, first, last in struct.iter_unpack(">hhh", answer[10:10 + 6 * count])}


class KserverTest(unittest.TestCase):
    """A test with a running kserver, self.server, configured by CONFIG."""

    CONFIG = {}

    def setUp(self):
        self.server = Kserver(self.CONFIG)
        self.addCleanup(self.server.close)
        self.server.start()

    def run_tool(self, *command, stdin=b"", timeout=60, check=True):
        """Runs one of our programs (by name) or any other; returns its stdout as bytes."""
        own = BIN / command[0]
        command = [str(own) if own.exists() else command[0], *map(str, command[1:])]
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=timeout)
        if check and done.returncode != 0:
            self.fail(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr.decode(errors='replace')}")
        return done.stdout if check else done

    def create(self, topic, partitions=1, **config):
        """Makes a topic; underscores in names of configs stand for dots."""
        options = [word for name, value in config.items() for word in ("-c", f"{name.replace('_', '.')}={value}")]
        self.run_tool("ktopics", "-b", self.server.address, "create", topic, "-p", partitions, *options)
