import assert from "node:assert/strict";
import { test } from "node:test";
import { forPerson, LineCutter, lineBytesMax, linkIn, placesMax, TracebackReader, type Problem } from "../src/core/traceback";

function read(text: string): Problem[] {
  const reader = new TracebackReader(), found: Problem[] = [];
  for (const line of text.split("\n")) {
    const problem = reader.take(line);
    if (problem) found.push(problem);
  }
  return found;
}

const plain = `Traceback (most recent call last):
  File "/b/main.py", line 9, in <module>
    blink()
  File "/b/lib/lamp.py", line 3, in blink
    on(1)
NameError: name 'on' is not defined
online: True`;

test("a traceback has its places and its message", () => {
  assert.deepEqual(read(plain), [{ places: [{ file: "/b/main.py", line: 9 }, { file: "/b/lib/lamp.py", line: 3 }], message: "NameError: name 'on' is not defined" }]);
});

test("a syntax error is one, with its caret", () => {
  assert.equal(read(`  File "/b/main.py", line 2\n    if x\n        ^\nSyntaxError: expected ':'`)[0]?.message, "SyntaxError: expected ':'");
});

test("an error without words, or of a module, is one", () => {
  assert.equal(read(`  File "m.py", line 1, in f\n    g()\nKeyboardInterrupt`).length, 1);
  assert.equal(read(`  File "m.py", line 1, in f\n    g()\nnetworking.WifiBadPassword: no`).length, 1);
});

test("what is printed between ends it", () => {
  assert.deepEqual(read(`  File "m.py", line 1, in f\nonline at last\nValueError: of another`), []);
});

test("no end of places is kept as a few", () => {
  const deep = `  File "m.py", line 1, in f\n`.repeat(placesMax * 3) + "RecursionError: maximum recursion depth exceeded";
  assert.equal(read(deep)[0]?.places.length, placesMax);
});

test("a link is where the file's name stands", () => {
  const line = `  File "/b/main.py", line 9, in <module>`;
  const found = linkIn(line);
  assert.equal(found && line.slice(found.start, found.start + found.length), `File "/b/main.py", line 9`);
  assert.equal(linkIn("no file"), undefined);
});

test("lines are cut from what comes in pieces, and what never ends is not kept", () => {
  const lines: string[] = [], cutter = new LineCutter();
  for (const piece of ["a", "b\r\nc", "\n", "x".repeat(lineBytesMax * 2), "\n"]) cutter.take(piece, (line) => lines.push(line));
  assert.deepEqual(lines.map((line) => line.length), [2, 1, lineBytesMax]);
});

test("answers to tools are not shown, nor are a terminal's commands", () => {
  assert.equal(forPerson('!{"id":1,"ok":{}}'), undefined);
  assert.equal(forPerson("\x1b]0;title\x07\x9b2J ok\t\u00e9"), "\u00b7]0;title\u00b7\u00b72J ok\t\u00e9");
});
