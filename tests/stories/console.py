"""The web console in a real browser, against the real programs: tests/console_scene.py, console/test/walk.mjs.

    console.py                   the walk
    console.py --pictures DIR    every screen as PNG
"""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from console_scene import MODULES, PLAIN, ConsoleScene, missing  # noqa: E402
from harness import SKIPPED, Scene, run  # noqa: E402


class Console(unittest.TestCase):
    def test_a_code_of_any_size_is_read_by_another_reader(self):
        with Scene() as scene:
            facts = scene.folder / "facts.json"
            facts.write_text(json.dumps({"modules": str(MODULES)}))
            done = run("node", MODULES.parents[1] / "console" / "test" / "qr.mjs", facts)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_walk_through_all_of_it(self):
        with Scene() as scene:
            code, said = ConsoleScene(scene).drive("walk.mjs")
        for line in said:
            if "ask" not in line:
                print(line)
        failed = next((f"{line['failed']}: {line['error']}" for line in said if "failed" in line), "it ended too early")
        self.assertEqual(code, 0, failed)
        self.assertGreater(sum("done" in line for line in said), 15)


def take_pictures(folder):
    with Scene() as scene:
        code, said = ConsoleScene(scene, PLAIN).drive("screenshots.mjs", pathlib.Path(folder).resolve())
    print(*(line for line in said if "ask" not in line), sep="\n")
    return code


if __name__ == "__main__":
    if why := missing():
        print(f"skipped: there is no {why}")
        sys.exit(SKIPPED)
    if "--pictures" in sys.argv:
        sys.exit(take_pictures(sys.argv[-1]))
    unittest.main()
