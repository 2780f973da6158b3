#!/usr/bin/env python3
"""Sizes, words that may not stay, and documents that must exist.

usage: check_tidy.py ROOT

Prints "warning" for what should shrink and "error" for what must; exit code 1 when there is an error.
"""
import pathlib
import re
import subprocess
import sys

FOLDERS = ["src", "tests", "tools", "docs", "cmake", "sim", "bench", ".ci"]
CODE = {".cpp", ".h", ".py", ".sh", ""}
# what, largest that passes without a word, largest that passes
FILE_LINES, HEADER_LINES, FUNCTION_LINES = (400, 600), (150, 300), (40, 70)
COLUMNS = {".cpp": 120, ".h": 120, ".py": 120, ".md": 160}

HERE = r"^tools/check_tidy\.py$"
# pattern, files it is about, files where it is right, why
BANNED = [
    (r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", r".", HERE, "finish it, or open an issue"),
    (r"^\s*#\s*if(def|ndef)?\b", r"^src/.*\.(h|cpp)$", r"^src/base/port/", "#if is for base/port/ alone"),
    (r"\b(sleep_for|sleep_until|usleep|nanosleep)\b", r"_test\.cpp$", r"^$", "a test waits for an event, not a guess"),
    (r"/work/|/home/\w|/root/", r".", HERE, "a path of one machine"),
    (r"(registry\.npmjs|pypi\.org|proxy\.golang|crates\.io|docker\.io)", r".", HERE, "names a package registry"),
    (r"GNU (Lesser |Affero )?General Public", r"\.(h|cpp|py|sh)$", HERE, "a licence that is not ours"),
    (r"\b(strcpy|strcat|sprintf|gets|atoi|atol|rand|srand|tmpnam|mktemp)\(", r"^src/.*\.(h|cpp)$", r"^$", "is unsafe"),
    (r"\busing namespace std;", r"\.(h|cpp)$", r"^$", "names stay where they are"),
]


def ours(root):
    command = ["git", "-C", root, "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True)
    names = listed.stdout.split("\n") if listed.returncode == 0 else [
        str(path.relative_to(root)) for folder in FOLDERS for path in (root / folder).rglob("*")]
    return [name for name in sorted(names) if name and (root / name).is_file()]


def size(what, where, lines, limits):
    if lines > limits[1]:
        return [("error", where, f"{what} has {lines} lines; {limits[1]} is the most")]
    return [("warning", where, f"{what} has {lines} lines; aim for {limits[0]}")] if lines > limits[0] else []


def check_text(name, text):
    found = []
    lines = text.splitlines()
    suffix = pathlib.Path(name).suffix
    is_header = suffix == ".h" and not name.endswith("_for_test.h")
    if suffix in {".cpp", ".h", ".py"}:
        found += size("file", name, len(lines), HEADER_LINES if is_header else FILE_LINES)
    rules = [rule for rule in BANNED if re.search(rule[1], name) and not re.search(rule[2], name)]
    for number, line in enumerate(lines, 1):
        where = f"{name}:{number}"
        if suffix in COLUMNS and len(line) > COLUMNS[suffix] and "http" not in line and not line.startswith("|"):
            found.append(("error", where, f"line has {len(line)} characters; {COLUMNS[suffix]} is the most"))
        for pattern, _, _, why in rules:
            if hit := re.search(pattern, line):
                found.append(("error", where, f"'{hit[0].strip()}': {why}"))
    return found


def check_functions(root, names):
    command = ["ctags", "-f", "-", "--languages=C++,Python", "--kinds-C++=f", "--kinds-Python=fm", "--fields=ne"]
    tags = subprocess.run([*command, *names], cwd=root, capture_output=True, text=True, check=True).stdout
    found = []
    for name, file, first, last in re.findall(r"^(\S+)\t(\S+)\t.*\bline:(\d+)\tend:(\d+)", tags, re.M):
        found += size(f"function {name}", f"{file}:{first}", int(last) - int(first) + 1, FUNCTION_LINES)
    return found


def check_documents(root, names):
    found = []
    modules = re.findall(r"^signet_module\(([\w/]+)", (root / "CMakeLists.txt").read_text(), re.M)
    for module in modules:
        has_code = any(re.match(rf"src/{module}/[^/]+\.(cpp|h)$", name) for name in names)
        if has_code and f"src/{module}/README.md" not in names:
            found.append(("error", f"src/{module}/README.md", "is missing: what comes in, goes out, must never happen"))
    texts = "\n".join((root / name).read_text() for name in names if name.endswith((".md", ".h")))
    for name in names:
        if re.match(r"docs/formats/\w.*\.md$", name) and name not in texts:
            found.append(("error", name, "no document or header names it"))
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    names = ours(root)
    code = [name for name in names if pathlib.Path(name).suffix in {".cpp", ".h", ".py"}]
    found = check_functions(root, code) + check_documents(root, names)
    for name in names:
        if pathlib.Path(name).suffix in CODE | {".md", ".txt", ".cmake", ".json", ".ts"} and name != "LICENSE":
            found += check_text(name, (root / name).read_text(errors="replace"))
    for level, where, what in found:
        print(f"{where}: {level}: {what}")
    errors = sum(level == "error" for level, _, _ in found)
    print(f"tidy: {len(names)} files, {errors} errors, {len(found) - errors} warnings")
    return errors > 0


if __name__ == "__main__":
    sys.exit(main())
