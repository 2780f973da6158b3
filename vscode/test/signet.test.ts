import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal, Signet, find, refusalOf, run } from "../src/core/signet";
import { folder, program, until } from "./helpers";

async function signetThat(script: string): Promise<Signet> {
  const at = await folder();
  await program(at, "signet", script);
  return new Signet(() => ({ folder: at, profile: "" }));
}

test("an answer is the JSON that signet printed", async () => {
  const signet = await signetThat(`echo '{"devices":[]}'`);
  assert.deepEqual(await signet.ask(["device", "ls"]), { devices: [] });
});

test("words reach signet one by one, whatever is in them", async () => {
  const signet = await signetThat(`printf '{"said":"%s|%s"}' "$2" "$3"`);
  assert.deepEqual(await signet.ask(["a b; echo $HOME", "`id`"]), { said: "a b; echo $HOME|`id`" });
});

test("a profile is named before the words", async () => {
  const signet = new Signet(() => ({ folder: "", profile: "work" }));
  assert.deepEqual(signet.arguments(["status"]), ["--json", "--profile", "work", "status"]);
});

test("a secret goes in by standard input", async () => {
  const signet = await signetThat(`read line; printf '{"length":%d,"words":%d}' "\${#line}" "$#"`);
  assert.deepEqual(await signet.ask(["login"], { input: "hunter2\n" }), { length: 7, words: 2 });
});

test("a refusal brings its code and its words", async () => {
  const signet = await signetThat(`echo note >&2; echo '{"error":{"code":"conflict","message":"it is there already"}}' >&2; exit 73`);
  await assert.rejects(signet.ask(["x"]), (error: Refusal) => error.code === "conflict" && error.message === "it is there already");
});

test("a command that an older signet does not know is told as that", () => {
  assert.equal(refusalOf("A subcommand is required\nRun with --help\n", 64).code, "usage");
  assert.equal(refusalOf("", 1).message, "signet ended with code 1");
});

test("an answer that is no JSON, or no object, is refused", async () => {
  for (const answer of ["no", "[]", "1", "null"]) {
    await assert.rejects((await signetThat(`echo '${answer}'`)).ask(["x"]), (error: Refusal) => error.code === "malformed");
  }
});

test("what takes too long is ended", async () => {
  const at = await folder();
  const slow = await program(at, "slow", "exec sleep 60");
  await assert.rejects(run(slow, [], { seconds: 0.2 }), (error: Refusal) => error.code === "unavailable");
});

test("a person may stop it", async () => {
  const stop = new AbortController();
  const signet = await signetThat("exec sleep 60");
  const asked = signet.ask(["x"], { signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(asked, (error: Refusal) => error.code === "cancelled");
});

test("a program that is not there is named, with the setting", async () => {
  const at = await folder();
  const signet = new Signet(() => ({ folder: at, profile: "" }));
  await assert.rejects(signet.ask(["x"]), (error: Refusal) => error.code === "missing" && error.message.includes("signet.programs"));
});

test("programs are looked for in whole paths only, never in the folder that is open", async () => {
  const at = await folder();
  await program(at, "signet", "true");
  assert.equal(await find({ folder: "", profile: "" }, "signet", `.::${at}`), `${at}/signet`);
  assert.equal(await find({ folder: "", profile: "" }, "signet", ".::bin"), undefined);
});

test("what is followed comes line by line, until it is stopped", async () => {
  const signet = await signetThat(`echo '{"event":"status","n":1}'; echo nonsense; echo '{"n":2}'; exec sleep 60`);
  const lines: unknown[] = [];
  let ended = false;
  const stop = await signet.follow(["watch"], (line) => lines.push(line), () => (ended = true));
  await until(() => lines.length === 2, "two lines");
  stop();
  assert.deepEqual(lines, [{ event: "status", n: 1 }, { n: 2 }]);
  assert.equal(ended, false);
});

test("the end of what is followed is told with its reason", async () => {
  const signet = await signetThat(`echo '{"error":{"code":"unauthenticated","message":"sign in"}}' >&2; exit 77`);
  let why: Refusal | undefined;
  await signet.follow(["watch"], () => {}, (reason) => (why = reason));
  await until(() => why !== undefined, "the end");
  assert.equal(why?.code, "unauthenticated");
});
