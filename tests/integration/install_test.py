"""What `cmake --install` puts into an empty prefix is enough for a program that uses the library, and for the tools."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support.kserver import BIN, KserverTest

TOP = pathlib.Path(__file__).resolve().parents[2]


@unittest.skipIf(os.environ.get("KSTREAM_SANITIZED"), "a program cannot load the library of a sanitizer")
class Installed(KserverTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prefix = pathlib.Path(tempfile.mkdtemp(prefix="kstream-prefix-"))
        cls.addClassCleanup(shutil.rmtree, cls.prefix)
        cls.run_quietly("cmake", "--install", BIN.parent, "--prefix", cls.prefix)

    @classmethod
    def run_quietly(cls, *command, **more):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, **more)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}:\n{done.stdout.decode()}")
        return done.stdout.decode()

    def check(self, program, **more):
        self.create("t")
        for texts in (["one"], ["one", "two"]):
            self.assertEqual(self.run_quietly(program, self.server.address, "t", texts[-1], **more).split(), texts)

    def test_a_program_finds_the_package_of_cmake(self):
        build = self.server.folder / "build"
        self.run_quietly("cmake", "-G", "Ninja", "-S", TOP / "examples/library", "-B", build,
                         f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.run_quietly("cmake", "--build", build)
        self.check(build / "send_and_read")

    def test_a_program_finds_it_by_pkg_config(self):
        file = next(self.prefix.rglob("kstream.pc"))
        environment = {**os.environ, "PKG_CONFIG_PATH": str(file.parent)}
        flags = self.run_quietly("pkg-config", "--cflags", "--libs", "kstream", env=environment).split()
        program = self.server.folder / "send_and_read"
        self.run_quietly("g++", "-std=c++20", TOP / "examples/library/send_and_read.cc", "-o", program, *flags)
        self.check(program, env={**os.environ, "LD_LIBRARY_PATH": str(file.parent.parent)})

    def test_every_tool_starts_from_there(self):
        for tool in ("kserver", "ktopics", "kproduce", "kconsume"):
            self.assertRegex(self.run_quietly(self.prefix / "bin" / tool, "--version"), rf"^{tool} \d+\.\d+\.\d+")
            self.assertTrue((self.prefix / f"share/man/man1/{tool}.1").exists())

    def test_the_manual_is_whole(self):
        installed = {page.name for page in (self.prefix / "share/man").rglob("*.[1-8]")}
        self.assertEqual(installed, {page.name for page in (TOP / "man").iterdir()})


if __name__ == "__main__":
    unittest.main()
