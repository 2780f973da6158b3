// Firmware to the manager, and from there to a device.
import { basename } from "node:path";
import * as vscode from "vscode";
import { isOver, progressOf } from "../core/fota";
import { list, named, nextVersion, object, text, type Device } from "../core/model";
import { confirmed, type Shared } from "../context";
import { ready } from "./claim";
import { build, type Built } from "./firmware";
import { saveVersion } from "./project";
import { releaseKey, sign } from "./sign";

const lookEvery = 700; // ms
export const waitMax = 30 * 60 * 1000; // ms that the panel follows an update; the manager goes on without it

interface Uploaded {
  firmware: string;
  version: string;
}

export async function upload(shared: Shared): Promise<Uploaded | undefined> {
  if (!(await ready(shared))) return undefined;
  const { device } = shared;
  if (!device) return undefined;
  const at = ["--workspace", shared.fleet.workspaceOf(device.id)];
  const key = await releaseKey(shared);
  const built = key && (await build(shared));
  if (!key || !built) return undefined;
  const name = basename(built.folder);
  const uploaded = await shared.attempt(`Uploading ${name} ${built.version}`, async () => {
    const firmware = await firmwareOf(shared, at, name);
    const fresh = await asNewVersion(shared, at, firmware, built);
    if (!fresh) return undefined;
    const signed = await sign(shared, fresh.image, key);
    await shared.signet.ask([...at, "firmware", "upload", firmware, fresh.version, signed]);
    shared.output.info(`uploaded: ${name} ${fresh.version} (${firmware})`);
    return { firmware, version: fresh.version };
  });
  if (uploaded) void vscode.window.setStatusBarMessage(`$(cloud-upload) ${name} ${uploaded.version} is at the manager`, 8000);
  return uploaded;
}

async function firmwareOf(shared: Shared, at: string[], name: string): Promise<string> {
  const all = list(await shared.signet.ask([...at, "firmware", "ls"]), "firmwares").map(named);
  const known = all.find((one) => one.name === name);
  if (known) return known.id;
  return text(object(await shared.signet.ask([...at, "firmware", "create", name]), "firmware"), "id");
}

// A version that the manager has is never written over: the next one is built instead.
async function asNewVersion(shared: Shared, at: string[], firmware: string, built: Built): Promise<Built | undefined> {
  const versions = list(await shared.signet.ask([...at, "firmware", "show", firmware]), "versions").map((one) => text(one, "version"));
  if (!versions.includes(built.version)) return built;
  let version = built.version;
  while (versions.includes(version)) version = nextVersion(version);
  const yes = await vscode.window.showInformationMessage(`The manager has ${built.version} already. Upload this as ${version}?`, { modal: true }, `As ${version}`);
  if (!yes) return undefined;
  await saveVersion(built.folder, version);
  return build(shared);
}

export async function launchUpdate(shared: Shared): Promise<void> {
  if (!(await ready(shared))) return;
  const { device } = shared;
  if (!device) return;
  const own = shared.board && shared.ownBoards.get(shared.board.console);
  if (own && !own.hasFlash) {
    const yes = await confirmed(`Let ${own.name} boot signed firmware first?`, "It runs the program as it is, which is for development; a board takes updates when it boots firmware that its owner signed.", "Boot signed firmware");
    if (yes) await vscode.commands.executeCommand("signet.flash");
    if (!own.hasFlash) return;
  }
  const uploaded = await upload(shared);
  if (!uploaded) return;
  const what = `${device.name} to ${uploaded.version}`;
  const said = await vscode.window.showInformationMessage(`Update ${what}?`, {
    modal: true, detail: "It downloads the image, verifies it with its release keys, and runs it on trial. When it does not come back, the version before runs again.",
  }, "Update");
  if (said) await follow(shared, device, uploaded);
}

async function follow(shared: Shared, device: Device, { firmware, version }: Uploaded): Promise<void> {
  const at = ["--workspace", shared.fleet.workspaceOf(device.id)];
  await shared.attempt(`Updating ${device.name} to ${version}`, async (signal) => {
    let answer = await shared.signet.ask([...at, "fota", "schedule", device.id, firmware, version], { signal });
    const giveUp = Date.now() + waitMax;
    for (;;) {
      const progress = progressOf(answer);
      shared.update = { device: device.id, version, progress };
      shared.tell();
      if (isOver(progress) || Date.now() > giveUp || signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, lookEvery));
      answer = await shared.signet.ask([...at, "fota", "check", device.id]);
    }
  });
  await shared.fleet.refresh();
}
