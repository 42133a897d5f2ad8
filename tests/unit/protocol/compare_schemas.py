#!/usr/bin/python3
"""Compares libkstream/protocol/schema with Apache Kafka's own message definitions, field by field.

The definitions are JSON, in ../shared/reference/messages beside the repository, or where KSTREAM_KAFKA_MESSAGES says;
without them the test is skipped (exit code 77). Both sides are brought to one form: what is on the wire in which of
the valid versions. This is a second reader of the schema language, independent of schemac. Ranges are cut to those of
what encloses them, a field that is then in no version is dropped, and `ignorable` counts only where a field can be
absent.
"""
import json
import os
import pathlib
import re
import sys

LAST = 0x7FFF
FOLDERS = ("protocol", "metadata", "raft", "records")
# Where what is announced differs from what the definition says, or a definition's highest version is unstable.
ANNOUNCED = {"Produce": (0, 13), "InitProducerId": (0, 5)}


def versions(text):
    if text in (None, "none"):
        return None
    if text.endswith("+"):
        return int(text[:-1]), LAST
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def cut(one, other):
    if one is None or other is None:
        return None
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low <= high else None


def snake(name):
    name = name.replace("KRaft", "Kraft")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def default(value, kind):
    """Null, or the value as it is where nothing is said."""
    if value in (None, "null"):
        return None
    if "int" in kind and "[" not in kind:
        return int(str(value) or "0", 0)
    return str(value).lower() if kind == "bool" else value


def implicit(kind):
    return 0 if "int" in kind and "[" not in kind else "false" if kind == "bool" else ""


# Kafka's definitions.


def kafka_field(field, outer):
    within = cut(versions(field.get("versions") or field["taggedVersions"]), outer)
    if within is None:
        return None
    kind = re.sub(r"^\[\](.*)", r"[\1]", field["type"])
    tagged = cut(versions(field.get("taggedVersions")), within)
    return {
        "name": snake(field["name"]),
        "type": kind,
        "versions": within,
        "nullable": cut(versions(field.get("nullableVersions")), within),
        "tag": field["tag"] if tagged else None,
        "tagged": tagged,
        "ignorable": bool(field.get("ignorable")) and within != outer,
        "default": default(field["default"], kind) if "default" in field else implicit(kind),
    }


def kafka_fields(fields, outer, structs):
    result = []
    for field in fields:
        known = kafka_field(field, outer)
        if known is None:
            continue
        result.append(known)
        if "fields" in field:
            structs[known["type"].strip("[]")] = kafka_fields(field["fields"], known["versions"], structs)
    return result


def kafka_message(text):
    definition = json.loads(text)
    valid = versions(definition["validVersions"])
    if valid is None or definition["type"] == "header":
        return None
    structs = {}
    for common in definition.get("commonStructs", []):
        structs[common["name"]] = kafka_fields(common["fields"], cut(versions(common["versions"]), valid), structs)
    structs[definition["name"]] = kafka_fields(definition["fields"], valid, structs)
    flexible = versions(definition.get("flexibleVersions"))
    facts = {"key": definition.get("apiKey"), "versions": valid, "flexible": flexible[0] if flexible else None}
    if definition["type"] == "request":
        facts["listeners"] = sorted(definition["listeners"])
        stable = (valid[0], valid[1] - 1) if definition.get("latestVersionUnstable") else valid
        facts["announce"] = ANNOUNCED.get(definition["name"].removesuffix("Request"), stable)
    return definition["name"], facts, structs


# Our schemas.


def our_field(words, outer):
    kind, _, nullable = words[1].partition("?")
    field = {"name": words[0][:-1], "type": kind, "versions": outer, "tag": None, "tagged": None, "ignorable": False}
    rest = words[2:]
    field["default"] = implicit(kind)
    if rest[:1] == ["="]:
        field["default"] = default(rest[1], kind)
        rest = rest[2:]
    while rest:
        word = rest.pop(0)
        if word == "tag":
            field["tag"] = int(rest.pop(0))
        elif word == "ignorable":
            field["ignorable"] = True
        else:
            field["versions"] = cut(versions(word), outer)
    field["nullable"] = cut(versions(nullable or "0+"), field["versions"]) if "?" in words[1] else None
    field["tagged"] = field["versions"] if field["tag"] is not None else None
    return field


def our_fields(lines, depth, outer, structs):
    result = []
    while lines and lines[0][0] >= depth:
        field = our_field(lines.pop(0)[1], outer)
        result.append(field)
        if lines and lines[0][0] > depth:
            structs[field["type"].strip("[]")] = our_fields(lines, depth + 1, field["versions"], structs)
    return result


def our_body(lines, name, valid):
    structs = {}
    while lines and lines[0][0] == 1 and lines[0][1][0] == "struct":
        words = lines.pop(0)[1]
        outer = cut(versions(words[2]), valid) if len(words) > 2 else valid
        structs[words[1]] = our_fields(lines, 2, outer, structs)
    structs[name] = our_fields(lines, 1, valid, structs)
    return structs


def our_messages(text):
    lines = []
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words:
            lines.append(((len(line) - len(line.lstrip())) // 2, words))
    while lines:
        words = lines.pop(0)[1]
        said = dict(zip(words[2:], words[3:]))
        valid = versions(said["versions"])
        flexible = versions(said.get("flexible"))
        facts = {"versions": valid, "flexible": flexible[0] if flexible else None}
        if words[0] == "record":
            facts["key"] = int(said["type"]) if "type" in said else None
            yield words[1], facts, our_body(lines, words[1], valid)
            continue
        facts["key"] = int(said["key"])
        listeners = {"listeners": sorted({"broker", "controller"} & set(words)),
                     "announce": versions(said.get("announce")) or valid}
        for part in ("Request", "Response"):
            assert lines.pop(0)[1] == [part.lower()], words[1]
            name = words[1] + part
            yield name, facts | (listeners if part == "Request" else {}), our_body(lines, name, valid)


def compare(name, kafka, ours):
    for fact in sorted(kafka[0].keys() | ours[0].keys()):
        if kafka[0].get(fact) != ours[0].get(fact):
            yield f"{name}: {fact} is {kafka[0].get(fact)} in Kafka, {ours[0].get(fact)} here"
    for struct in sorted(kafka[1].keys() | ours[1].keys()):
        theirs, mine = kafka[1].get(struct, []), ours[1].get(struct, [])
        if [f["name"] for f in theirs] != [f["name"] for f in mine]:
            yield f"{name}.{struct}: other fields, or in another order"
            continue
        for one, other in zip(theirs, mine):
            for fact in one:
                if one[fact] != other[fact]:
                    yield f"{name}.{struct}.{one['name']}: {fact} is {one[fact]} in Kafka, {other[fact]} here"


def main(top):
    where = pathlib.Path(os.environ.get("KSTREAM_KAFKA_MESSAGES", top / "../shared/reference/messages"))
    if not where.is_dir():
        print(f"SKIPPED: Kafka's message definitions are not in {where}; set KSTREAM_KAFKA_MESSAGES")
        return 77
    kafka, ours = {}, {}
    for folder in FOLDERS:
        for file in sorted((where / folder).glob("*.json")):
            message = kafka_message(file.read_text())
            if message:
                kafka[message[0]] = message[1:]
    for file in sorted((top / "libkstream/protocol/schema").iterdir()):
        for message in our_messages(file.read_text()):
            ours[message[0]] = message[1:]
    wrong = [f"{name}: only in {'Kafka' if name in kafka else 'our schemas'}" for name in sorted(kafka.keys() ^ ours.keys())]
    for name in sorted(kafka.keys() & ours.keys()):
        wrong += compare(name, kafka[name], ours[name])
    print("\n".join(wrong))
    fields = sum(len(fields) for _, structs in ours.values() for fields in structs.values())
    print(f"{len(ours)} messages, {fields} fields, {len(wrong)} differences")
    return 1 if wrong or len(ours) < 200 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
