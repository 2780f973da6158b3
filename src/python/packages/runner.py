"""runner.py PROGRAM -- runs a board's program unchanged: builtins first, confinement next, then its lines."""
import builtins
import os
import sys
import traceback

PACKAGES = os.path.dirname(os.path.abspath(__file__))


def load(path):
    """The program as code. A syntax error is shown like any other."""
    with open(path, "rb") as file:
        return compile(file.read(), path, "exec", dont_inherit=True)


def show(error, path):
    """The traceback from the program's own first line on: this runner's lines help nobody."""
    steps = traceback.extract_tb(error.__traceback__)
    first = next((i for i, step in enumerate(steps) if step.filename == path), len(steps))
    lines = traceback.format_list(steps[first:])
    if lines:
        print("Traceback (most recent call last):")
    print("".join(lines + traceback.format_exception_only(type(error), error)), end="", flush=True)


def confine(program):
    """Leaves the interpreter, the packages and the program's folder to read, the working folder to change: no more."""
    import _board
    import _signet
    libraries = "/usr/lib/" + sys.implementation._multiarch  # of the interpreter's own modules, like ssl
    readable = [sys.executable, libraries, PACKAGES, os.path.dirname(program), "/dev/urandom", "/dev/zero", *sys.path]
    for give_up in (lambda: _signet.confine_files(readable, [os.getcwd(), "/dev/null"]), _signet.confine):
        try:
            give_up()
        except _board.Refused as refused:
            code, why = refused.args
            if code != "unavailable":  # the kernel could, but it went wrong: then nothing runs
                raise
            print("the program runs with less confinement:", why)


def main():
    path = os.path.abspath(sys.argv[1])
    sys.path[:0] = [PACKAGES, os.path.dirname(path)]
    sys.argv = [path]
    sys.stdout.reconfigure(line_buffering=True)
    import _builtins
    import crypto.element  # noqa: F401  opened now: afterwards the program's folder may hide them
    confine(path)
    for name, value in _builtins.NAMES.items():
        setattr(builtins, name, value)
    names = {"__name__": "__main__", "__file__": path, "__builtins__": builtins}
    try:
        exec(load(path), names)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else (0 if end.code is None else 1)
    except BaseException as error:  # a program's fault is shown whatever it is
        show(error, path)
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # threads that still run do not keep an ended program alive
