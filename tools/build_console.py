#!/usr/bin/env python3
"""Builds the web console and writes it as C++ that holds its files.

usage: build_console.py SOURCE OUT [NPM]

SOURCE is the checkout; its console/ is copied to build/console/, where npm works, so that nothing is written beside the
sources. OUT gets site_files.cpp and the files that it takes in. Without NPM, or when npm fails, the site is
console/absent.html alone, which says how to get the console; why it failed is printed.
"""
import fcntl
import gzip
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".css": "text/css; charset=utf-8",
         ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8"}
COPIED = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "index.html")


def copy_sources(source, to):
    to.mkdir(parents=True, exist_ok=True)
    for folder in ("src", "public"):
        shutil.rmtree(to / folder, ignore_errors=True)
        shutil.copytree(source / folder, to / folder)
    for name in COPIED:
        shutil.copy2(source / name, to / name)


def run(npm, folder, *arguments):
    done = subprocess.run([npm, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"npm {' '.join(arguments)}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")


def build(source, work, npm):
    """The folder with the console's files, as a browser gets them."""
    copy_sources(source, work)
    lock = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    mark = work / "node_modules" / ".signet-lock"
    if not mark.exists() or mark.read_text() != lock:
        run(npm, work, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        mark.write_text(lock)
    run(npm, work, "run", "build")
    (work / "dist" / "licences.txt").write_text(licences(work))
    return work / "dist"


def licences(work):
    """Of what is within the console: they want to be shown with it."""
    names = sorted(json.loads((work / "package.json").read_text())["dependencies"])
    return "\n\n".join(f"{name}\n{'=' * len(name)}\n\n" + (work / "node_modules" / name / "LICENSE").read_text()
                       for name in names)


def files_of(source, work, npm):
    """Path on the web to content."""
    if npm:
        try:
            dist = build(source, work, npm)
            return {"/" + str(path.relative_to(dist)): path.read_bytes()
                    for path in sorted(dist.rglob("*")) if path.is_file()}
        except (OSError, RuntimeError) as error:
            print(f"warning: signetd gets no web console, because npm failed: {error}", file=sys.stderr)
    else:
        print("signetd gets no web console, because there is no npm: apt-get install npm", file=sys.stderr)
    return {"/index.html": (source / "absent.html").read_bytes()}


def label(number, kind):
    return f"signet_site_{number}_{kind}"


def take_in(name, path):
    """Top-level assembler: the file as bytes between two labels."""
    return (f'asm(".section .rodata\\n.global {name}\\n.global {name}_end\\n'
            f'{name}:\\n.incbin \\"{path}\\"\\n{name}_end:\\n.byte 0\\n.previous\\n");\n'
            f"extern const char {name}[], {name}_end[];\n")


def write(files, out):
    out.mkdir(parents=True, exist_ok=True)
    taken, rows = "", ""
    for number, (path, content) in enumerate(files.items()):
        for kind, data in (("plain", content), ("gzipped", gzip.compress(content, 9, mtime=0))):
            place = out / label(number, kind)
            place.write_bytes(data)
            taken += take_in(label(number, kind), place)
        etag = hashlib.sha256(content).hexdigest()[:32]
        kind = TYPES.get(pathlib.Path(path).suffix, "application/octet-stream")
        views = ", ".join(f"between({label(number, k)}, {label(number, k)}_end)" for k in ("plain", "gzipped"))
        rows += f'      {{"{path}", "{kind}", "\\"{etag}\\"", {views}}},\n'
    text = ('// Written by tools/build_console.py.\n#include "api/site.h"\n\nextern "C" {\n' + taken + "}\n"
            "namespace signet::api {\n"
            "static std::string_view between(const char* begin, const char* end) {\n"
            "  return {begin, static_cast<std::size_t>(end - begin)};\n}\n"
            "std::vector<SiteFile> built_in_site() {\n  return {\n" + rows + "  };\n}\n}  // namespace signet::api\n")
    (out / "site_files.cpp").write_text(text)


def main():
    source, out = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    npm = sys.argv[3] if len(sys.argv) > 3 and not sys.argv[3].endswith("NOTFOUND") else None
    work = source / "build" / "console"
    work.mkdir(parents=True, exist_ok=True)
    with (work / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two presets may be built at once
        write(files_of(source / "console", work, npm), out)


if __name__ == "__main__":
    main()
