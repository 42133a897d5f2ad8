"""What `cmake --install` puts into an empty prefix is enough for a program that uses the library, and for the tools."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support.kserver import BIN, KserverTest

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ("kserver", "ktopics", "kproduce", "kconsume")


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
        self.run_quietly("g++", "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", TOP / "examples/library/send_and_read.cc", "-o", program, *flags)
        self.check(program, env={**os.environ, "LD_LIBRARY_PATH": str(file.parent.parent)})

    def test_every_tool_starts_from_there(self):
        for tool in TOOLS:
            self.assertRegex(self.run_quietly(self.prefix / "bin" / tool, "--version"), rf"^{tool} \d+\.\d+\.\d+")
            self.assertTrue((self.prefix / f"share/man/man1/{tool}.1").exists())

    def test_the_completions_are_there(self):
        share = self.prefix / "share"
        completions = {"zsh/site-functions/_kstream": "kstream.zsh"}
        for tool in TOOLS:
            completions[f"bash-completion/completions/{tool}"] = "kstream.bash"
            completions[f"fish/vendor_completions.d/{tool}.fish"] = "kstream.fish"
        for installed, source in completions.items():
            self.assertEqual((share / installed).read_bytes(), (TOP / "completions" / source).read_bytes(), installed)

    def test_the_schemas_of_what_is_printed_are_there(self):
        def schemas(folder):
            return {file.name: json.loads(file.read_text()) for file in folder.iterdir()}

        self.assertEqual(schemas(self.prefix / "share/kstream/schema"), schemas(TOP / "libkstream/cli/schema"))

    def test_the_names_of_kafkas_tools_are_there_on_request(self):
        names = {"ktopics": ("topics", "configs", "get-offsets", "delete-records"),
                 "kserver": ("dump-log", "server-start", "storage"),
                 "kproduce": ("console-producer",), "kconsume": ("console-consumer",)}
        self.assertEqual(list((self.prefix / "bin").glob("kafka-*")), [])
        # The programs are those that are built; only the rules that install them are made anew.
        build, prefix = self.server.folder / "build", self.server.folder / "prefix"
        build.mkdir()
        for folder in ("bin", "lib"):
            (build / folder).symlink_to(BIN.parent / folder)
        self.run_quietly("cmake", "-G", "Ninja", "-S", TOP, "-B", build, "-DKSTREAM_KAFKA_LINKS=ON", "-DKSTREAM_BUILD_TESTS=OFF")
        self.run_quietly("cmake", "--install", build, "--prefix", prefix)
        links = {link.name: os.readlink(link) for link in (prefix / "bin").glob("kafka-*")}
        self.assertEqual(links, {f"kafka-{name}.sh": tool for tool, its in names.items() for name in its})
        for link, tool in links.items():
            if link == "kafka-storage.sh":  # has no --version, as Kafka's
                self.assertIn("random-uuid", self.run_quietly(prefix / "bin" / link, "--help"))
                continue
            version = self.run_quietly(prefix / "bin" / link, "--version").split()[0]
            self.assertEqual(f"{tool} {version}\n", self.run_quietly(prefix / "bin" / tool, "--version"), link)

    def test_the_manual_is_whole(self):
        installed = {page.name for page in (self.prefix / "share/man").rglob("*.[1-8]")}
        self.assertEqual(installed, {page.name for page in (TOP / "man").iterdir()})


if __name__ == "__main__":
    unittest.main()
