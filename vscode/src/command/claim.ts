// Claim and unclaim: who and which from the person, all else by `signet device claim`.
import * as vscode from "vscode";
import { breakOf } from "../core/chain";
import { claimedOf, type Device } from "../core/model";
import { Refusal } from "../core/signet";
import { confirmed, type Shared } from "../context";
import { chooseBoard, chooseDevice, createDevice } from "./choose";

export async function claim(shared: Shared): Promise<void> {
  if (!(await ready(shared))) return;
  const board = shared.board ?? (await chooseBoard(shared));
  if (!board) return;
  const chosen = shared.device;
  const device = chosen && !chosen.dcn ? chosen : await freeDevice(shared);
  if (!device) return;
  await shared.choose("device", device.id);
  shared.claim = { state: "running", device: device.id };
  await shared.attemptOnBoard(`Claiming ${device.name}`, async (signal) => {
    try {
      const words = ["--workspace", shared.fleet.workspaceOf(device.id), "device", "claim", device.id,
        "--board", board.console, "--baud", String(shared.setting("baud", 115200))];
      const claimed = claimedOf(await shared.signet.ask(words, { signal }));
      shared.claim = { state: "done", device: device.id, claimed };
      shared.output.info(`claimed: ${claimed.dcn} is ${device.id}`);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal("", String(error));
      shared.claim = refusal.code === "cancelled" ? undefined : { state: "refused", device: device.id, broken: breakOf(refusal) };
      shared.output.error(`claim of ${device.id}: ${refusal.message}`);
      await vscode.commands.executeCommand("signet.panel.focus"); // it shows which link refused, and what to do
    } finally {
      await shared.fleet.refresh();
    }
  });
}

// Not what is known already: a device that has no identity, or a new one.
async function freeDevice(shared: Shared): Promise<Device | undefined> {
  const free = shared.fleet.devices().filter((one) => !one.dcn);
  return free.length === 0 ? createDevice(shared) : chooseDevice(shared, free, "Which device is this board to be?");
}

export async function ready(shared: Shared): Promise<boolean> {
  if (shared.fleet.state !== "in") await shared.fleet.refresh();
  if (shared.fleet.state === "in") return true;
  if (shared.fleet.state === "out") await vscode.commands.executeCommand("signet.signIn");
  else shared.showRefusal("Signet", new Refusal(shared.fleet.state === "missing" ? "missing" : "unavailable", shared.fleet.why));
  return (shared.fleet.state as string) === "in";
}

export async function unclaim(shared: Shared, given?: Device): Promise<void> {
  if (!(await ready(shared))) return;
  const device = given ?? shared.device ?? (await chooseDevice(shared, shared.fleet.devices().filter((one) => one.dcn), "Which device?"));
  if (!device) return;
  const board = device.id === shared.device?.id ? shared.board : undefined;
  const detail = `${device.dcn || "Its unit"} may be claimed again, by anybody who has the board. What ${device.name} has said stays.`;
  if (!(await confirmed(`Unclaim ${device.name}?`, detail, "Unclaim"))) return;
  await shared.attemptOnBoard(`Unclaiming ${device.name}`, async (signal) => {
    const words = ["--workspace", shared.fleet.workspaceOf(device.id), "device", "unclaim", device.id];
    try {
      await shared.signet.ask(board ? [...words, "--board", board.console] : words, { signal });
    } finally {
      if (shared.claim?.device === device.id) shared.claim = undefined;
      await shared.fleet.refresh();
    }
  });
}

