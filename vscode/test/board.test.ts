import assert from "node:assert/strict";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { isThere, serialPorts, setJumper, virtualBoards } from "../src/core/boards";
import { SerialLine } from "../src/core/line";
import { pythonFiles } from "../src/core/program_files";
import { run } from "../src/core/signet";
import { folder, terminal, until } from "./helpers";

test("a virtual board is found by the link to its console, wherever it is in the folder", async () => {
  const at = await folder(), line = await terminal();
  await mkdir(join(at, ".signet/boards/lamp"), { recursive: true });
  await symlink(line.name, join(at, ".signet/boards/lamp/console"));
  const [board, ...more] = await virtualBoards(at);
  assert.equal(more.length, 0);
  assert.equal(board?.name, "lamp");
  assert.equal(board?.console, join(at, ".signet/boards/lamp/console"));
  assert.ok(board && (await isThere(board)));
});

test("a board that was killed, and a file that is called console, are none", async () => {
  const at = await folder();
  for (const name of ["dead", "file", "other", "node_modules/x"]) await mkdir(join(at, name), { recursive: true });
  await symlink("/dev/pts/999999", join(at, "dead/console"));
  await writeFile(join(at, "file/console"), "");
  await symlink("/dev/null", join(at, "other/console"));
  assert.deepEqual(await virtualBoards(at), []);
});

test("a virtual board's jumper is set and taken out again; one that a person has set stays, and a real board's is theirs", async () => {
  const at = await folder();
  const board = { console: join(at, "console"), name: "lamp", detail: "", isVirtual: true };
  const takeOut = await setJumper(board);
  assert.deepEqual(await readdir(at), ["jumper"]);
  const second = await setJumper(board);
  await second();
  assert.deepEqual(await readdir(at), ["jumper"]);
  await takeOut();
  assert.deepEqual(await readdir(at), []);
  await (await setJumper({ ...board, isVirtual: false }))();
  assert.deepEqual(await readdir(at), []);
});

test("serial ports are named after what is plugged in", async () => {
  const at = await folder();
  await mkdir(join(at, "serial/by-id"), { recursive: true });
  for (const name of ["ttyUSB0", "ttyACM1", "ttyS0", "null"]) await writeFile(join(at, name), "");
  await symlink("../../ttyUSB0", join(at, "serial/by-id/usb-Silicon_Labs_CP2102_0001-if00-port0"));
  assert.deepEqual((await serialPorts(at)).map((one) => [one.name, one.detail]), [["ttyACM1", "serial port"], ["ttyUSB0", "Silicon Labs CP2102 0001"]]);
});

test("a line is read and written, and its end is told", async () => {
  const line = await terminal();
  let text = "", end = "";
  const open = await SerialLine.open(line.name, 115200, (more) => (text += more), (why) => (end = why));
  line.say("hello\n");
  await until(() => text === "hello\n", "what the board said");
  await open.write("reset\n");
  await until(() => line.heard() === "reset\n", "what the board heard");
  await line.end();
  await until(() => end !== "", "the end");
  assert.match(end, /was closed/);
});

test("while it is read nobody else has the lock that signet takes; then they have", async () => {
  const line = await terminal();
  const lock = () => run("flock", ["-n", line.name, "true"]).then((said) => said.code === 0);
  let text = "";
  const open = await SerialLine.open(line.name, 115200, (more) => (text += more), () => {});
  line.say("x\n");
  await until(() => text !== "", "the reader");
  assert.equal(await lock(), false);
  await open.close();
  assert.equal(await lock(), true);
});

test("a line that another tool has is told as that", async () => {
  const line = await terminal();
  let text = "";
  const first = await SerialLine.open(line.name, 115200, (more) => (text += more), () => {});
  line.say("x\n");
  await until(() => text !== "", "the first reader"); // not by trying the lock: that would take it from the reader
  let end = "";
  await SerialLine.open(line.name, 115200, () => {}, (why) => (end = why));
  await until(() => end !== "", "the refusal");
  assert.match(end, /in use by another tool/);
  await first.close();
});

test("the Python of a project is found, that of hidden folders and of what is installed is not", async () => {
  const at = await folder();
  for (const name of ["lib", ".signet/programs/x", "node_modules/y", "__pycache__"]) {
    await mkdir(join(at, name), { recursive: true });
    await writeFile(join(at, name, "a.py"), "");
  }
  await writeFile(join(at, "main.py"), "");
  await symlink("/etc", join(at, "elsewhere"));
  assert.deepEqual(await pythonFiles(at), [join(at, "lib/a.py"), join(at, "main.py")]);
});
