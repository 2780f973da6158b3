import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { beginnings, breakOf, links } from "../src/core/chain";
import { Refusal } from "../src/core/signet";

test("each refusal of a claim names its link and what to do", () => {
  for (const [beginning, link, advice] of beginnings) {
    const broken = breakOf(new Refusal("forbidden", `${beginning}: because`));
    assert.equal(broken.link, link);
    assert.equal(broken.advice, advice);
    assert.ok(link >= 0 && link < links.length && advice !== "");
  }
});

test("all five links may refuse", () => {
  assert.deepEqual([...new Set(beginnings.map(([, link]) => link))].sort(), links.map((_, at) => at));
});

test("a line that somebody else has is the board's link", () => {
  assert.equal(breakOf(new Refusal("conflict", "/dev/ttyUSB0 is in use by another tool: close it and try again")).link, 0);
  assert.equal(breakOf(new Refusal("unavailable", "/dev/ttyUSB0 gave no answer to identify: is the board powered on?")).link, 0);
});

test("what stands before the chain has no link, but advice", () => {
  const broken = breakOf(new Refusal("unauthenticated", "sign in first"));
  assert.equal(broken.link, -1);
  assert.equal(broken.advice, "Sign in again.");
});

test("the beginnings are those of signet's source", (context) => {
  const source = process.env["SIGNET_SOURCE"] ?? "";
  if (!existsSync(`${source}/src/cli/claim.cpp`)) return context.skip("SIGNET_SOURCE names no checkout");
  const said = readFileSync(`${source}/src/cli/claim.cpp`, "utf8").replace(/"\s*\n\s*"/g, "");
  for (const [beginning] of beginnings) assert.ok(said.includes(beginning), beginning);
});
