import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, claimedOf, deviceOf, nextVersion, projectOf } from "../src/core/model";

test("a device has the identity that it has now", () => {
  const device = deviceOf({ id: "dev-1", name: "lamp", online: true, identities: [{ dcn: "sn1", revoked: true }, { dcn: "sn2", revoked: false }] });
  assert.equal(device.dcn, "sn2");
  assert.equal(device.revoked, false);
});

test("one whose identities are all revoked is revoked; one that had none is not", () => {
  assert.equal(deviceOf({ id: "d", identities: [{ dcn: "sn1", revoked: true }] }).revoked, true);
  assert.equal(deviceOf({ id: "d" }).revoked, false);
});

test("what is not as it should be is left out", () => {
  assert.deepEqual(deviceOf({ id: 5, name: null, identities: "x", online: "yes" }), { id: "", name: "", fleet: "", online: false, lastSeen: "", firmware: "", dcn: "", revoked: false });
});

test("a claim brings dcn and receipt", () => {
  assert.deepEqual(claimedOf({ identity: { device_id: "dev-1", dcn: "sn1", expires_at: "2054" }, receipt: "ey" }), { device: "dev-1", dcn: "sn1", receipt: "ey", expires: "2054" });
});

test("a project says board and versions, and nothing that is an option of a program", () => {
  const good = { board: "virtual", version: "1.2.0+7", os_version: "2.0.0" };
  assert.equal(projectOf(JSON.stringify(good)).version, "1.2.0+7");
  for (const harm of [{ board: "--help x" }, { board: "" }, { version: "1.2" }, { version: "--x" }, { os_version: "a" }]) {
    assert.throws(() => projectOf(JSON.stringify({ ...good, ...harm })), /signet\.json/);
  }
});

test("the next version is one more", () => {
  assert.equal(nextVersion("1.2.9"), "1.2.10");
  assert.equal(nextVersion("1.2.9+4"), "1.2.10");
});

test("times are told as a person would", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  assert.equal(ago("2026-11-22T11:59:59Z", now), "1 second ago");
  assert.equal(ago("2026-11-22T09:00:00Z", now), "3 hours ago");
  assert.equal(ago("2026-11-01T09:00:00Z", now), "21 days ago");
  assert.equal(ago("soon", now), "");
});
