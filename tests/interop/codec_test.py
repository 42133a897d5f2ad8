"""Every message and version against the classes of Apache Kafka's own client: the same bytes in both directions."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from support import registry
from support.kserver import BIN

HERE = pathlib.Path(__file__).resolve().parent
EACH = 25  # messages of random values for each version of each


class Codec(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not (BIN / "interop_codec").exists():
            raise unittest.SkipTest(f"interop_codec is not in {BIN}: cmake --build --preset dev --target interop_codec")
        jars = registry.java("clients", *registry.JAVA_CLIENTS)
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        classes = registry.java_classes(HERE / "codec/Codec.java", jars)
        with open(cls.folder / "ours", "wb") as ours:
            subprocess.run([BIN / "interop_codec", "write", str(int.from_bytes(os.urandom(4))), str(EACH)], stdout=ours, check=True)
        done = subprocess.run(["java", *registry.JAVA_FLAGS, "-cp", classes, "Codec", cls.folder / "ours", cls.folder / "theirs", str(EACH)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        cls.said = done.stdout.decode()
        assert done.returncode == 0, cls.said + done.stderr.decode()

    def test_kafka_reads_and_writes_what_we_write(self):
        self.assertRegex(self.said.splitlines()[-1], r"^2\d\d messages, \d{4,} read, 0 not the same, \d{4,} written$", self.said)
        self.assertNotIn("no class for", self.said)

    def test_we_read_and_write_what_kafka_writes(self):
        with open(self.folder / "theirs", "rb") as theirs:
            done = subprocess.run([BIN / "interop_codec", "read"], stdin=theirs, stdout=subprocess.PIPE)
        said = done.stdout.decode()
        self.assertRegex(said.splitlines()[-1], r"^\d{4,} same, 0 not$", said)
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
