"""stub_test.py PACKAGES -- each module's stub says what the module has: names, parameters, defaults, docstrings."""
import ast
import importlib
import inspect
import pathlib
import sys
import types
import unittest

PACKAGES = pathlib.Path(sys.argv.pop(1)).absolute()
INSIDE = {"_board", "runner"}  # no program imports them


def modules():
    for path in sorted(PACKAGES.rglob("*.py")):
        parts = path.relative_to(PACKAGES).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name not in INSIDE:
            yield name, path


def public(names):
    return {name for name in names if name == "__init__" or not name.startswith("_")}


def declared(tree):
    """name -> what stands in a stub under it."""
    found = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    found |= {node.target.id: node for node in tree.body if isinstance(node, ast.AnnAssign)}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            found |= {one.asname: node for one in node.names if one.asname}
    return found


def parameters(node):
    """(name, kind, default) of each, as inspect gives them."""
    spec, kinds = node.args, inspect.Parameter
    bare = len(spec.args) - len(spec.defaults)
    out = [(one.arg, kinds.POSITIONAL_OR_KEYWORD, spec.defaults[i - bare] if i >= bare else None)
           for i, one in enumerate(spec.args)]
    if spec.vararg:
        out.append((spec.vararg.arg, kinds.VAR_POSITIONAL, None))
    out += [(one.arg, kinds.KEYWORD_ONLY, default) for one, default in zip(spec.kwonlyargs, spec.kw_defaults)]
    return out


class Stubs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        board = types.ModuleType("_signet")  # what a program has: the modules need no board to be imported
        board.Refused, board.Board, board.firmware_fd = type("Refused", (Exception,), {}), object, 3
        sys.modules["_signet"] = board
        sys.path.insert(0, str(PACKAGES))

    def test_every_module_has_one(self):
        found = dict(modules())
        self.assertGreater(len(found), 15)
        self.assertEqual([name for name, path in found.items() if not path.with_suffix(".pyi").exists()], [])

    def test_each_says_what_its_module_has(self):
        for name, path in modules():
            module, stub = importlib.import_module(name), declared(ast.parse(path.with_suffix(".pyi").read_text()))
            own = {key for key, value in vars(module).items()
                   if getattr(value, "__module__", None) == name or key.isupper() and key != "NAMES"}
            if path.name == "__init__.py":
                own = {one.name for node in ast.walk(ast.parse(path.read_text()))
                       if isinstance(node, ast.ImportFrom) for one in node.names}
            if name == "_network":  # the rest of it is not for programs
                own = {key for key in own if isinstance(vars(module)[key], type)}
            with self.subTest(name):
                self.assertEqual(public(own) - public(stub), set(), "without a stub")
                self.assertEqual(public(stub) - set(vars(module)), set(), "stubs of nothing")
                for key in public(own):
                    self.compare(f"{name}.{key}", vars(module)[key], stub[key], vars(module))

    def compare(self, name, real, stub, names):
        if isinstance(stub, ast.ClassDef):
            self.compare_words(name, real, stub)
            methods = {key: value for key, value in vars(real).items() if inspect.isfunction(value)}
            told = {node.name: node for node in stub.body if isinstance(node, ast.FunctionDef)}
            self.assertEqual(public(methods), public(told), name)
            for key in public(methods):
                self.compare(f"{name}.{key}", methods[key], told[key], names)
        elif isinstance(stub, ast.FunctionDef):
            none = inspect.Parameter.empty
            have = [(one.name, one.kind, one.default) for one in inspect.signature(real).parameters.values()]
            said = [(key, kind, none if default is None else eval(ast.unparse(default), dict(names)))
                    for key, kind, default in parameters(stub)]
            self.assertEqual(have, said, name)
            self.compare_words(name, real, stub)

    def compare_words(self, name, real, stub):
        self.assertEqual(inspect.cleandoc(real.__doc__ or ""), inspect.cleandoc(ast.get_docstring(stub) or ""), name)


if __name__ == "__main__":
    unittest.main()
