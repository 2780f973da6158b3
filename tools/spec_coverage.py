#!/usr/bin/env python3
"""Every numbered statement of MQTT 5.0 and 3.1.1 that applies is cited in the code or shown by a test.

usage: spec_coverage.py ROOT [--list]

docs/spec-coverage/mqtt-VERSION.md holds one row a statement: | number | whose | in short | test, or why not |. Whose is
server, both, client, none or open. A row of server or both is held when a source below src/ cites it, [MQTT-number]
(3.1.1: "3.1.1: [MQTT-number]"), when a test does, or when its last column names a test (Suite.Test, or a file below
tests/) or the number that says the same in 5.0 ("= number"). An error: a row that applies and is not held; none or open
without a reason; a test or a number that does not exist; a number that is cited and is no statement; a number twice.
--list prints the whole table: number, whose, where the code cites it, what shows it.
"""
import pathlib
import re
import sys

ROW = re.compile(r"^\| ([\d.]+-\d+) \| (\w+) \| ([^|]+) \| ?([^|]*) ?\|$", re.M)
CITED = re.compile(r"(3\.1\.1: )?\[MQTT-([\d.]+-\d+)\]")
TEST = re.compile(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", re.M)
WHOSE = ("server", "both", "client", "none", "open")


def is_test(path):
    return re.search(r"_test\.cpp$|_for_test\.|_fuzz\.cpp$", path.name) is not None


def rows_of(root, version, errors):
    rows = {}
    path = root / f"docs/spec-coverage/mqtt-{version}.md"
    for number, whose, _, last in ROW.findall(path.read_text()):
        if number in rows:
            errors.append(f"{path.name}: {number} stands twice")
        if whose not in WHOSE:
            errors.append(f"{path.name}: {number}: whose is {whose}; it is one of {', '.join(WHOSE)}")
        rows[number] = (whose, last.strip())
    return rows


def citations(root):
    """{(version, number): ([places in the code], [tests])}, and the names of all tests."""
    cited, names = {}, set()
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        text = path.read_text()
        begun = [(match.start(), ".".join(match.groups())) for match in TEST.finditer(text)]
        names.update(name for _, name in begun)
        for match in CITED.finditer(text):
            version = "3.1.1" if match[1] else "5.0"
            code, tests = cited.setdefault((version, match[2]), ([], []))
            inside = [name for start, name in begun if start < match.start()]
            if not is_test(path):
                code.append(f"{path.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}")
            elif inside:
                tests.append(inside[-1])
    return cited, names


def main():
    root = pathlib.Path(sys.argv[1])
    errors, lines = [], []
    tables = {version: rows_of(root, version, errors) for version in ("5.0", "3.1.1")}
    cited, names = citations(root)
    counts = dict.fromkeys(WHOSE, 0)
    errors += [f"{places[0][0] if places[0] else places[1][0]}: [MQTT-{number}] is no statement of {version}"
               for (version, number), places in cited.items() if number not in tables[version]]
    for version, table in tables.items():
        for number, (whose, last) in table.items():
            counts[whose] = counts.get(whose, 0) + 1
            code, tests = cited.get((version, number), ([], []))
            if whose in ("none", "open"):
                if not last:
                    errors.append(f"{version}: {number} is {whose}, and nothing says why")
                lines.append(f"{version} {number} {whose}: {last}")
                continue
            shown = list(dict.fromkeys(tests))
            if last.startswith("= "):
                if tables["5.0"].get(last[2:], ("none",))[0] in ("none", "open"):
                    errors.append(f"{version}: {number} is said to be as 5.0's {last[2:]}, which is not held")
                shown.append(last)
            elif last:
                if last not in names and not (last.startswith("tests/") and (root / last).is_file()):
                    errors.append(f"{version}: {number}: there is no test {last}")
                shown.append(last)
            if whose != "client" and not code and not shown:
                errors.append(f"{version}: {number} applies, and no code cites it and no test shows it")
            lines.append(f"{version} {number} {whose}: {' '.join(code) or '-'} | {' '.join(shown) or '-'}")
    if "--list" in sys.argv[2:]:
        print(*lines, sep="\n")
    print(*(f"error: {error}" for error in errors), sep="\n", end="\n" if errors else "")
    of_each = ", ".join(f"{count} {whose}" for whose, count in counts.items())
    print(f"statements: {len(lines)}: {of_each}; {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
