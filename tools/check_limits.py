#!/usr/bin/env python3
"""Every limit is a named constant, and a test meets it.

usage: check_limits.py ROOT

A limit is a constant in a header below src/ whose name ends in _max, _min or _timeout. (An _interval is only how often
we look ourselves.) It is met when a test names it, or when the table of docs/limits.md names the test that does:
| `limit` | FILE or Suite.Test | why so |. An error: a limit that nobody claims to meet, or a row whose limit or test does
not exist.
"""
import pathlib
import re
import sys

CONSTANT = re.compile(r"^\s*(?:inline |static )?constexpr\s+[\w:<> ]+?\s+(\w+_(?:max|min|timeout))\b", re.M)
ROW = re.compile(r"^\| `(\w+)` \| `([\w./]+)`", re.M)
TEST = re.compile(r"TEST(?:_[FP])?\((\w+),\s*(\w+)\)")


def is_test(path):
    return re.search(r"_test\.cpp$|_for_test\.|test_support\.", path.name) is not None


def main():
    root = pathlib.Path(sys.argv[1])
    sources = [path for path in (root / "src").rglob("*.[hc]*") if path.suffix in (".h", ".cpp")]
    tests = [path for path in sources if is_test(path)]
    tests += [path for path in (root / "tests").rglob("*") if path.suffix in (".cpp", ".py")]
    text = "\n".join(path.read_text() for path in tests)
    words, names = set(re.findall(r"\w+", text)), {".".join(test) for test in TEST.findall(text)}
    where = {name: path.relative_to(root) for path in sources if path.suffix == ".h" and not is_test(path)
             for name in CONSTANT.findall(path.read_text())}
    rows = dict(ROW.findall((root / "docs/limits.md").read_text()))

    errors = [f"docs/limits.md: there is no limit {name}" for name in rows if name not in where]
    errors += [f"docs/limits.md: {name}: there is no test {test}" for name, test in rows.items()
               if test not in names and not (root / test).is_file()]
    unmet = [name for name in where if name not in words and name not in rows]
    errors += sorted(f"{where[name]}: {name}: no test names it, nor does docs/limits.md say which one meets it"
                     for name in unmet)
    print(*(f"error: {error}" for error in errors),
          f"limits: {len(where)}, {len(where) - len(unmet)} of them met, {len(errors)} errors", sep="\n")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
