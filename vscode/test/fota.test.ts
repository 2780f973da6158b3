import assert from "node:assert/strict";
import { test } from "node:test";
import { isOver, progressOf } from "../src/core/fota";

const fota = (more: object) => progressOf({ fota: { status: "pending", value: { firmware_version: "1.2.0" }, progress: "", percent: [], detail: "", ...more } });

test("an update goes from waiting to done", () => {
  const phases = [fota({ status: "waiting" }), fota({}), fota({ progress: "waiting fota info" }), fota({ progress: "downloading", percent: [100, 40] }),
    fota({ progress: "done, resetting" }), fota({ status: "done" })].map((one) => one.phase);
  assert.deepEqual(phases, ["waiting", "waiting", "asking", "downloading", "restarting", "done"]);
});

test("the percentage is that of all parts", () => {
  assert.equal(fota({ progress: "downloading", percent: [100, 40] }).percent, 70);
  assert.equal(fota({ progress: "downloading", percent: [900, -4, "x"] }).percent, 50);
  assert.equal(fota({ progress: "downloading" }).percent, 0);
});

test("a failure says why, and is the end", () => {
  const failed = fota({ status: "failed", detail: "the signature is of no key that the board accepts" });
  assert.equal(failed.why, "the signature is of no key that the board accepts");
  assert.ok(isOver(failed) && isOver(fota({ status: "cancelled" })) && !isOver(fota({ progress: "downloading" })));
});

test("what a newer manager says is waited for", () => {
  assert.equal(fota({ progress: "something new" }).phase, "asking");
  assert.equal(progressOf({}).phase, "waiting");
});
