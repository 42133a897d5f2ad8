"""The real kserver: crashes, restarts, signals, a full disk. What was acknowledged must be there, at its offset."""
import base64
import ctypes
import os
import pathlib
import resource
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource

from support.kserver import BIN, Kserver, KserverTest


class Writer:
    """Produces numbered values to partitions of a topic from a thread until stopped; remembers what was acknowledged."""

    def __init__(self, address, topic, partitions, first, size=100):
        self.acknowledged = {}  # (partition, offset): value
        self.errors = []
        self.next = first
        self.size = size
        self.topic, self.partitions = topic, partitions
        self.producer = Producer({"bootstrap.servers": address, "linger.ms": 2, "message.timeout.ms": 3000, "retries": 0,
                                  "log_level": 0, "error_cb": lambda error: None})
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stopping.is_set():
            for _ in range(50):
                value = b"%d:" % self.next + b"x" * self.size
                try:
                    self.producer.produce(self.topic, value, partition=self.next % self.partitions, on_delivery=self.delivered)
                except BufferError:
                    break
                self.next += 1
            self.producer.poll(0.005)

    def delivered(self, error, message):
        if error:
            self.errors.append(error)
        else:
            self.acknowledged[message.partition(), message.offset()] = message.value()

    def stop(self):
        self.stopping.set()
        self.thread.join()
        self.producer.flush(5)


def read_all(address, topic, partitions):
    """Everything in the topic, as {(partition, offset): value}."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": "none", "enable.auto.commit": False})
    ends = {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=20)[1] for p in range(partitions)}
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in range(partitions)])
    found, deadline = {}, time.monotonic() + 60
    while len(found) < sum(ends.values()) and time.monotonic() < deadline:
        for message in consumer.consume(1000, 1.0):
            assert message.error() is None, message.error()
            found[message.partition(), message.offset()] = message.value()
    consumer.close()
    assert len(found) == sum(ends.values()), f"{len(found)} records of {ends}"
    return found


class Kept(KserverTest):
    """What a client was told is there stays there."""

    CONFIG = {"num.shards": 2, "log.segment.bytes": 1 << 20}
    PARTITIONS = 3

    def check(self, acknowledged):
        found = read_all(self.server.address, "kept", self.PARTITIONS)
        lost = [key for key, value in acknowledged.items() if found.get(key) != value]
        self.assertEqual(lost, [], f"{len(lost)} of {len(acknowledged)} acknowledged records are lost or another's")
        self.assertEqual(len(set(found.values())), len(found), "a record is there twice")

    def test_after_kill_9_in_a_loop_under_load(self):
        self.create("kept", self.PARTITIONS)
        acknowledged, first = {}, 0
        for _ in range(5):
            writer = Writer(self.server.address, "kept", self.PARTITIONS, first)
            deadline = time.monotonic() + 30
            while len(writer.acknowledged) < 2000 and time.monotonic() < deadline:
                time.sleep(0.02)
            self.server.kill()
            writer.stop()
            self.assertGreater(len(writer.acknowledged), 0)
            acknowledged.update(writer.acknowledged)
            first = writer.next
            self.server.start()
            self.check(acknowledged)

    def test_after_sigterm_in_a_loop_under_load(self):
        self.create("kept", self.PARTITIONS)
        acknowledged, first = {}, 0
        for _ in range(4):
            # Two connections, so that each shard has requests for the other's partitions under way.
            writers = [Writer(self.server.address, "kept", self.PARTITIONS, first + i * 10_000_000) for i in range(2)]
            time.sleep(0.5)
            self.server.stop()  # asserts exit status 0
            for writer in writers:
                writer.stop()
                acknowledged.update(writer.acknowledged)
            first += 20_000_000
            self.server.start()
        self.assertGreater(len(acknowledged), 0)
        self.check(acknowledged)

    def test_sigterm_while_requests_of_dead_clients_are_under_way(self):
        """Such requests are under way on one shard and unknown to the other."""
        self.create("kept", self.PARTITIONS)
        for _ in range(6):
            load = f"yes 'some line' | kcat -b {self.server.address} -P -t kept -X linger.ms=0 -X batch.num.messages=200"
            clients = [subprocess.Popen(load, shell=True, start_new_session=True, stderr=subprocess.DEVNULL) for _ in range(3)]
            time.sleep(0.5)
            for client in clients:
                os.killpg(client.pid, signal.SIGKILL)
            self.server.stop()  # asserts exit status 0
            for client in clients:
                client.wait()
            self.server.start()

    def test_topics_and_their_ids_are_the_same_after_a_restart(self):
        self.create("kept", self.PARTITIONS, retention_ms=123456789)
        before = self.run_tool("ktopics", "-b", self.server.address, "describe", "kept")
        self.server.stop()
        self.server.start()
        self.assertEqual(self.run_tool("ktopics", "-b", self.server.address, "describe", "kept"), before)


class Deleted(KserverTest):
    """A topic that was deleted is gone, and one of its name begins anew, whatever happens in between."""

    CONFIG = {"num.shards": 2, "log.segment.delete.delay.ms": 5000}
    PARTITIONS = 4

    def admin(self):
        quiet = {"log_level": 0, "error_cb": lambda error: None}
        self.client = AdminClient({"bootstrap.servers": self.server.address, **quiet})  # its answers end with it
        return self.client

    def delete(self, topic):
        self.admin().delete_topics([topic], operation_timeout=30)[topic].result(30)

    def folders(self, topic):
        return sorted(entry.name for entry in pathlib.Path(self.server.log_dir).iterdir() if entry.name.startswith(topic + "-"))

    def write(self, topic, value, count=200):
        failed = []
        producer = Producer({"bootstrap.servers": self.server.address, "linger.ms": 2})
        for i in range(count):
            producer.produce(topic, b"%s %d" % (value, i), partition=i % self.PARTITIONS,
                             on_delivery=lambda error, _: error and failed.append(error))
        self.assertEqual((producer.flush(20), failed), (0, []))

    def values(self, topic):
        return {value.split()[0] for value in read_all(self.server.address, topic, self.PARTITIONS).values()}

    def test_leaves_no_folder(self):
        self.create("gone", self.PARTITIONS)
        self.write("gone", b"old")
        self.assertEqual(len(self.folders("gone")), self.PARTITIONS)
        self.delete("gone")
        self.assertEqual([name.endswith("-delete") for name in self.folders("gone")], [True] * self.PARTITIONS)
        deadline = time.monotonic() + 20
        while self.folders("gone") and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.folders("gone"), [])

    def test_and_made_again_under_load_with_kill_9_in_between(self):
        self.create("kept", self.PARTITIONS)
        acknowledged, first = {}, 0
        for round in range(4):
            writer = Writer(self.server.address, "kept", self.PARTITIONS, first)
            self.create("again", self.PARTITIONS)
            self.write("again", b"%d" % round)
            self.assertEqual(self.values("again"), {b"%d" % round})
            deleting = self.admin().delete_topics(["again"], operation_timeout=30)["again"]
            if round % 2 == 0:
                deleting.result(30)  # else it is under way when the process dies
            else:
                time.sleep(0.002 * round)
            self.server.kill()
            writer.stop()
            acknowledged.update(writer.acknowledged)
            first = writer.next
            self.server.start()
            if "again" in self.admin().list_topics(timeout=10).topics:
                self.assertEqual(round % 2, 1, "a topic whose deletion was answered is back")
                self.assertEqual(self.values("again"), {b"%d" % round})
                self.delete("again")
        found = read_all(self.server.address, "kept", self.PARTITIONS)
        lost = [key for key, value in acknowledged.items() if found.get(key) != value]
        self.assertEqual(lost, [], f"{len(lost)} of {len(acknowledged)} acknowledged records are lost")

    def test_folders_that_a_crash_left_are_set_aside_at_the_start_and_never_adopted(self):
        self.create("gone", self.PARTITIONS)
        self.write("gone", b"old")
        self.server.stop()
        data = pathlib.Path(self.server.log_dir)
        kept = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, kept)
        for name in self.folders("gone"):
            shutil.copytree(data / name, pathlib.Path(kept) / name)
        self.server.start()
        self.delete("gone")
        self.create("gone", self.PARTITIONS)
        self.server.kill()
        for entry in pathlib.Path(kept).iterdir():  # as if it had died before it renamed them
            shutil.rmtree(data / entry.name, ignore_errors=True)
            shutil.copytree(entry, data / entry.name)
        self.server.start()
        self.assertIn("gone-0 is of a topic that the metadata do not know, and is kept as gone-0.", self.server.said())
        strays = list(data.glob("gone-*-stray"))
        self.assertEqual(len(strays), self.PARTITIONS)
        self.assertTrue(any(b"old" in log.read_bytes() for stray in strays for log in stray.glob("*.log")))
        self.write("gone", b"new")
        self.assertEqual(self.values("gone"), {b"new"})

    def test_who_knows_an_older_epoch_is_told_the_leader_of_now(self):
        """Fetch v16, which no client of Debian's sends, after a crash, which begins a new leader epoch (KIP-951)."""
        self.create("led", 1)
        self.server.kill()
        self.server.start()
        broker = ("-b", self.server.address)
        topic = base64.urlsafe_b64decode(self.run_tool("ktopics", "describe", "led", *broker, "-f", "plain").split()[1] + b"==")
        partition = struct.pack(">iiqiqi", 0, 0, 0, -1, -1, 1000) + b"\0"
        fetch = struct.pack(">hhih", 1, 16, 7, -1) + b"\0" + struct.pack(">iiibii", 0, 1, 1000, 0, 0, -1)
        fetch += b"\2" + topic + b"\2" + partition + b"\0" + b"\1\1\0"
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as sock:
            sock.sendall(struct.pack(">i", len(fetch)) + fetch)
            answer = sock.recv(1000)
        self.assertIn(struct.pack(">ih", 0, 74), answer)  # FENCED_LEADER_EPOCH
        self.assertIn(struct.pack(">ii", 1, 1), answer)  # the leader, its epoch
        self.assertIn(struct.pack(">i", 1) + b"\x0a127.0.0.1" + struct.pack(">i", self.server.port), answer)

    def test_configs_hold_after_a_restart(self):
        self.create("sized", 1)
        resource = ConfigResource(ConfigResource.Type.BROKER, "1")
        resource.set_config("message.max.bytes", "5000")
        self.admin().alter_configs([resource])[resource].result(30)
        for _ in range(2):
            errors = []
            producer = Producer({"bootstrap.servers": self.server.address, "message.max.bytes": 100000})
            producer.produce("sized", b"x" * 20000, on_delivery=lambda error, _: errors.append(error and error.name()))
            producer.flush(20)
            self.assertEqual(errors, ["MSG_SIZE_TOO_LARGE"])
            self.server.kill()
            self.server.start()


class Leveled(KserverTest):
    """The level of the log is that of the broker logger `root` (KIP-412)."""

    def set_level(self, level):
        """IncrementalAlterConfigs v0, which no client of Debian's has; returns the error code."""
        text = lambda value: struct.pack(">h", len(value)) + value
        config = text(b"root") + b"\0" + text(level)
        resource = b"\x08" + text(b"1") + struct.pack(">i", 1) + config
        body = struct.pack(">hhih", 44, 0, 7, -1) + struct.pack(">i", 1) + resource + b"\0"
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            answer = connection.recv(4096)
        return struct.unpack(">h", answer[16:18])[0]  # behind size, correlation, throttle time, number of resources

    def test_changes_while_it_runs(self):
        lines = lambda: self.server.said().count("the level of the log is changed by a client")
        self.assertEqual(self.set_level(b"loud"), 40)  # INVALID_CONFIG
        self.assertEqual(self.set_level(b"ERROR"), 0)  # says so with a warning, and then no more
        self.assertEqual(self.set_level(b"INFO"), 0)
        self.assertEqual(self.set_level(b"WARN"), 0)
        deadline = time.monotonic() + 10
        while lines() < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        self.server.stop()
        self.assertEqual(lines(), 2)


class Alone(KserverTest):
    def cpu_ticks(self):
        fields = pathlib.Path(f"/proc/{self.server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def test_idles_small_and_still(self):
        time.sleep(1)
        before = self.cpu_ticks()
        time.sleep(3)
        self.assertLessEqual(self.cpu_ticks() - before, 3, "it does not wait, it spins")
        if "build/release" in str(BIN):
            self.assertLess(self.server.resident() >> 10, 20 * 1024, "kB resident")

    def test_every_interface_is_of_both_protocols(self):
        for host, told in (("", "localhost"), ("[::]", "[::]"), ("0.0.0.0", "0.0.0.0")):
            with Kserver({"listeners": f"PLAINTEXT://{host}:0", "advertised.listeners": "PLAINTEXT://localhost:9092"}) as server:
                self.assertEqual(server.address, f"{told}:{server.port}")
                for address in ("127.0.0.1", "::1") if host != "0.0.0.0" else ("127.0.0.1",):
                    with socket.create_connection((address, server.port), timeout=10) as sock:
                        sock.sendall(struct.pack(">ihhih", 10, 18, 0, 7, -1))
                        self.assertEqual(struct.unpack(">i", sock.recv(8)[4:8])[0], 7, address)

    def test_a_second_server_on_its_folder_is_refused(self):
        other = subprocess.run([BIN / "kserver", "-X", f"log.dirs={self.server.log_dir}", "-X", "listeners=PLAINTEXT://127.0.0.1:0"],
                               capture_output=True, timeout=30)
        self.assertNotEqual(other.returncode, 0)
        self.assertIn(str(self.server.log_dir), other.stderr.decode())

    def test_status_says_what_it_counted(self):
        self.create("counted")
        self.run_tool("kproduce", "-b", self.server.address, "counted", stdin=b"one\ntwo\n")
        status = self.run_tool("kserver", "status", "-X", f"log.dirs={self.server.log_dir}").decode()
        self.assertRegex(status, r"kstream_appended_batches_total\t[12]\n")
        for kind in ("append", "sync", "other"):
            self.assertRegex(status, rf'kstream_disk_seconds{{kind="{kind}"}} count\t[1-9]')
        self.assertEqual(os.stat(self.server.log_dir).st_mode & 0o002, 0)


class Refused(KserverTest):
    CONFIG = {"num.partitions": 4, "auto.create.topics.enable": "true"}

    def setUp(self):
        self.limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, self.limits)
        super().setUp()
        # The limit is asked for at each connection.
        resource.prlimit(self.server.process.pid, resource.RLIMIT_NOFILE, (120, 120))

    def test_connections_leave_descriptors_to_the_logs(self):
        writer = Writer(self.server.address, "before", 1, 0)
        self.addCleanup(writer.stop)
        deadline = time.monotonic() + 20
        while not writer.acknowledged and time.monotonic() < deadline:
            time.sleep(0.02)
        sockets = []
        self.addCleanup(lambda: [s.close() for s in sockets])
        for _ in range(200):
            sockets.append(socket.create_connection(("127.0.0.1", self.server.port)))
        time.sleep(0.5)
        open_files = len(os.listdir(f"/proc/{self.server.process.pid}/fd"))
        self.assertLess(open_files, 100)
        self.assertIn("connections are refused", self.server.said())
        for topic in range(3):  # over the connections that are there
            errors = []
            writer.producer.produce(f"new-{topic}", b"x", partition=0, on_delivery=lambda error, _: errors.append(error))
            while not errors and time.monotonic() < deadline + 20:
                time.sleep(0.02)
            self.assertEqual(errors, [None])
        self.assertEqual(writer.errors, [])
        status = self.run_tool("kserver", "status", "-X", f"log.dirs={self.server.log_dir}").decode()
        self.assertRegex(status, r'kstream_connections_refused_total{reason="descriptors"}\t\d+\n')


class Stopped(unittest.TestCase):
    def start(self, **config):
        server = Kserver(config)
        self.addCleanup(server.close)
        server.start()
        return server

    def test_during_its_start_ends_at_once_and_loses_nothing(self):
        server = self.start(**{"auto.create.topics.enable": "true"})
        writer = Writer(server.address, "kept", 1, 0)
        while len(writer.acknowledged) < 1000:
            time.sleep(0.02)
        server.kill()
        writer.stop()
        options = [word for name, value in server.config.items() for word in ("-X", f"{name}={value}")]
        for step in range(12):
            process = subprocess.Popen([BIN / "kserver", *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            while not self.catches_sigterm(process.pid):
                time.sleep(0.001)
            time.sleep(step * 0.01)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(20), 0)
        server.start()
        found = read_all(server.address, "kept", 1)
        self.assertEqual([key for key, value in writer.acknowledged.items() if found.get(key) != value], [])

    @staticmethod
    def catches_sigterm(pid):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(status.split("SigCgt:")[1].split()[0], 16) >> (signal.SIGTERM - 1) & 1

    def test_ends_although_a_thread_never_does(self):
        """All threads but the first are stopped by ptrace, which stands for a disk that does not answer."""
        libc = ctypes.CDLL(None, use_errno=True)
        seize, interrupt = 0x4206, 0x4207
        server = self.start()
        pid = server.process.pid
        threads = [int(tid) for tid in os.listdir(f"/proc/{pid}/task") if int(tid) != pid]
        for tid in threads:
            if libc.ptrace(seize, tid, None, None) != 0:
                self.skipTest("ptrace is not allowed here")
            libc.ptrace(interrupt, tid, None, None)
            os.waitpid(tid, 0x40000000)  # __WALL
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        for tid in threads:
            while not os.WIFSIGNALED(status := os.waitpid(tid, 0x40000000)[1]) and not os.WIFEXITED(status):
                pass
        self.assertEqual(server.process.wait(5), 1)
        self.assertLess(time.monotonic() - began, 16)
        self.assertIn("a disk operation does not end", server.said())
        server._ended()


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.mkdtemp(prefix="kserver-full-")
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", self.place], capture_output=True)
        if mounted.returncode != 0:
            os.rmdir(self.place)
            self.skipTest("a small tmpfs cannot be mounted here")
        self.addCleanup(lambda: (subprocess.run(["umount", self.place], check=True), os.rmdir(self.place)))

    def test_loses_nothing_that_was_acknowledged(self):
        server = Kserver({"auto.create.topics.enable": "true", "num.partitions": 1}, self.place)
        server.start()
        self.addCleanup(server.kill)
        writer = Writer(server.address, "filled", 1, 0, size=50_000)
        deadline = time.monotonic() + 60
        while not writer.errors and time.monotonic() < deadline:
            time.sleep(0.05)
        writer.stop()
        self.assertTrue(writer.errors, "the disk is full and nobody was told")
        self.assertGreater(len(writer.acknowledged), 100)
        server.kill()
        self.assertIn("No space left", server.said())
        subprocess.run(["mount", "-o", "remount,size=64m", self.place], check=True)
        server.start()
        found = read_all(server.address, "filled", 1)
        self.assertEqual([key for key, value in writer.acknowledged.items() if found.get(key) != value], [])


if __name__ == "__main__":
    unittest.main()
