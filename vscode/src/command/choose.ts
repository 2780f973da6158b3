// Which board, which device: what there is, in a list that can be typed into.
import * as vscode from "vscode";
import type { Board } from "../core/boards";
import { ago, deviceOf, object, type Device, type Fleet, type Workspace } from "../core/model";
import type { Shared } from "../context";

export async function chooseBoard(shared: Shared): Promise<Board | undefined> {
  const boards = await shared.findBoards();
  const making = { label: "$(add) Start a virtual board", description: "does all that a real one does", board: undefined };
  const items = [...boards.map((board) => ({ label: `$(${board.isVirtual ? "vm" : "plug"}) ${board.name}`, description: board.detail, board })), making];
  const said = await vscode.window.showQuickPick(items, { title: "Physical device", placeHolder: boards.length ? "Which board?" : "No board was found on a serial port or in this folder" });
  if (!said) return undefined;
  if (said === making) await vscode.commands.executeCommand("signet.newBoard");
  else if (said.board) await shared.choose("board", said.board.console);
  return shared.board;
}

export async function chooseDevice(shared: Shared, from: Device[], placeHolder: string): Promise<Device | undefined> {
  const making = { label: "$(add) New device", description: "", device: undefined };
  const items = from.map((device) => ({
    label: `$(${device.online ? "circle-filled" : "circle-outline"}) ${device.name}`, device,
    description: device.id, detail: device.online ? "online" : device.lastSeen ? `last seen ${ago(device.lastSeen, new Date())}` : "never seen",
  }));
  const said = await vscode.window.showQuickPick([...items, making], { title: "Cloud device", placeHolder, matchOnDescription: true });
  if (!said) return undefined;
  const device = said === making ? await createDevice(shared) : said.device;
  if (device) await shared.choose("device", device.id);
  return device;
}

export interface Place {
  workspace?: Workspace;
  fleet?: Fleet;
}

export async function createDevice(shared: Shared, place: Place = {}): Promise<Device | undefined> {
  const workspace = place.workspace ?? (await chooseWorkspace(shared));
  if (!workspace) return undefined;
  const taken = new Set(shared.fleet.devices().map((one) => one.name));
  const name = await vscode.window.showInputBox({
    title: `New device in ${place.fleet?.name ?? workspace.name}`, prompt: "Its name; all else comes from the board", value: suggestion(shared, taken),
    validateInput: (said) => (said.trim() === "" ? "A name, please" : taken.has(said.trim()) ? "There is one of this name" : undefined),
  });
  if (!name) return undefined;
  return shared.attempt(`Creating ${name}`, async (signal) => {
    const words = ["--workspace", workspace.id, "device", "create", name.trim(), ...(place.fleet ? ["--fleet", place.fleet.id] : [])];
    const device = deviceOf(object(await shared.signet.ask(words, { signal }), "device"));
    await shared.fleet.refresh();
    return shared.fleet.device(device.id) ?? device;
  });
}

function suggestion(shared: Shared, taken: Set<string>): string {
  const base = shared.board?.name ?? "device";
  for (let number = 1; ; ++number) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}

export async function chooseWorkspace(shared: Shared): Promise<Workspace | undefined> {
  const all = shared.fleet.known.map((one) => one.workspace);
  if (all.length <= 1) return all[0];
  const items = all.map((workspace) => ({ label: workspace.name, description: workspace.id, workspace }));
  return (await vscode.window.showQuickPick(items, { title: "Workspace" }))?.workspace;
}
