#!/usr/bin/env python3
"""Compiles the boot code as a boot loader would be: no host, no exceptions, no type information, no heap.

usage: check_freestanding.py ROOT COMPILER

Linked together it may want nothing from outside but what a compiler asks of any environment.
"""
import pathlib
import subprocess
import sys
import tempfile

SOURCES = ["src/image/layout.cpp", "src/image/check.cpp", "src/boot/*.cpp"]
FLAGS = ["-std=c++20", "-O2", "-ffreestanding", "-fno-exceptions", "-fno-rtti", "-fno-stack-protector", "-Wall",
         "-Wextra", "-Werror"]
ALLOWED = {"memcpy", "memmove", "memset", "memcmp", "__cxa_pure_virtual", "_GLOBAL_OFFSET_TABLE_"}


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2]
    sources = [path for pattern in SOURCES for path in sorted(root.glob(pattern))
               if not path.stem.endswith(("_test", "_fuzz"))]
    with tempfile.TemporaryDirectory(prefix="signet-freestanding-") as folder:
        objects = []
        for source in sources:
            out = f"{folder}/{source.parent.name}_{source.stem}.o"
            subprocess.run([compiler, *FLAGS, f"-I{root}/src", "-c", source, "-o", out], check=True)
            objects.append(out)
        subprocess.run(["ld", "-r", "-o", f"{folder}/all.o", *objects], check=True)
        asked = subprocess.run(["nm", "-u", f"{folder}/all.o"], capture_output=True, text=True, check=True).stdout
        size = subprocess.run(["size", f"{folder}/all.o"], capture_output=True, text=True, check=True).stdout
    foreign = {line.split()[-1] for line in asked.splitlines()} - ALLOWED
    print("\n".join(f"error: asks for {name}" for name in sorted(foreign)) or
          f"freestanding: {len(sources)} files, {size.splitlines()[1].split()[0]} bytes of code")
    return bool(foreign)


if __name__ == "__main__":
    sys.exit(main())
