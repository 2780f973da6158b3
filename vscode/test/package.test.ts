// What package.json promises is there, and what is shipped is ours alone.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { panelCommands } from "../src/page/messages";
import { top } from "./helpers";

const said = JSON.parse(readFileSync(join(top, "package.json"), "utf8"));
const commands: string[] = said.contributes.commands.map((one: { command: string }) => one.command);
const source = readFileSync(join(top, "src/extension.ts"), "utf8");

test("every command is made, once", () => {
  assert.equal(new Set(commands).size, commands.length);
  for (const command of commands) assert.match(source, new RegExp(`\\b${command.replace("signet.", "")}: `), command);
});

test("every command of a menu, a walkthrough and the panel is one", () => {
  const menus = Object.values(said.contributes.menus).flat() as { command: string }[];
  const linked = [...JSON.stringify(said).matchAll(/\(command:(signet\.\w+)\)/g)].map((one) => one[1] as string);
  const onlyOfPanel = ["signet.copyDcn", "signet.copyReceipt"];
  for (const command of [...menus.map((one) => one.command), ...linked]) assert.ok(commands.includes(command), command);
  for (const command of panelCommands) assert.ok(commands.includes(command) || onlyOfPanel.includes(command), command);
});

test("every file that is named is there", () => {
  const named = [...JSON.stringify(said).matchAll(/"(?:\.\/)?(media\/[\w.-]+)"/g)].map((one) => one[1] as string);
  assert.ok(named.length > 5);
  for (const name of named) assert.ok(existsSync(join(top, name)), name);
});

test("a folder cannot say which program runs, nor which key signs", () => {
  const settings = said.contributes.configuration.properties;
  for (const name of ["signet.programs", "signet.releaseKey"]) assert.equal(settings[name].scope, "machine");
  assert.equal(said.capabilities.untrustedWorkspaces.supported, false);
});

test("no package of others is bundled", () => {
  assert.deepEqual(said.dependencies, undefined);
  assert.match(readFileSync(join(top, "dist/licences.txt"), "utf8"), /^No package of others/);
});

test("nothing is put together for a shell, and no secret is kept", () => {
  const bundle = readFileSync(join(top, "dist/extension.js"), "utf8");
  assert.doesNotMatch(bundle, /shell:\s*(true|!0)|execSync|\bexec\(["'`]|\.secrets\.store/);
});
