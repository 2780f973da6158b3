// The parts list: what there is, and which command does what.
import * as vscode from "vscode";
import { bootSigned, runProgram, startBoard, stopBoard } from "./command/board";
import { chooseBoard, chooseDevice, createDevice } from "./command/choose";
import { claim, ready, unclaim } from "./command/claim";
import { build } from "./command/firmware";
import { ExampleTree, newProject } from "./command/project";
import { secrets } from "./command/secrets";
import { setUp, signIn, signOut } from "./command/session";
import { launchUpdate, upload } from "./command/update";
import { Shared } from "./context";
import { Consoles } from "./view/console";
import { ControlPanel } from "./view/panel";
import { addStatusBar } from "./view/status_bar";
import { DeviceTree, type Node } from "./view/tree";

let shared: Shared | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const all = (shared = new Shared(context));
  const consoles = new Consoles(all);
  context.subscriptions.push(
    vscode.window.registerWebviewViewProvider("signet.panel", new ControlPanel(all)),
    vscode.window.registerTreeDataProvider("signet.devices", new DeviceTree(all)),
    vscode.window.registerTreeDataProvider("signet.examples", new ExampleTree(all)),
    vscode.workspace.onDidChangeConfiguration((change) => change.affectsConfiguration("signet") && void all.fleet.refresh()),
    all.onChange(() => void vscode.commands.executeCommand("setContext", "signet.state", all.fleet.state)));
  addCommands(all, consoles);
  addStatusBar(all);
  watchBoards(all);
  void all.fleet.refresh();
}

export async function deactivate(): Promise<void> {
  await Promise.all([...(shared?.ownBoards.values() ?? [])].map((board) => board.stop()));
}

function addCommands(all: Shared, consoles: Consoles): void {
  const commands: Record<string, (node?: Node) => unknown> = {
    claim: () => claim(all),
    unclaim: (node) => unclaim(all, node?.device),
    chooseBoard: () => chooseBoard(all),
    chooseDevice: async () => (await ready(all)) && chooseDevice(all, all.fleet.devices(), "Which device?"),
    useDevice: (node) => node?.device && all.choose("device", node.device.id),
    newDevice: async (node) => (await ready(all)) && createDevice(all, node),
    newBoard: () => startBoard(all),
    stopBoard: () => stopBoard(all),
    secrets: () => secrets(all),
    build: async () => {
      const built = await build(all);
      if (built) void vscode.window.showInformationMessage(`${vscode.workspace.asRelativePath(built.image)} is built. It is not signed yet.`);
    },
    run: () => runProgram(all, consoles),
    console: async () => {
      const board = all.board ?? (await chooseBoard(all));
      if (board) consoles.show(board);
    },
    flash: () => bootSigned(all),
    upload: () => upload(all),
    update: () => launchUpdate(all),
    newProject: () => newProject(all),
    openExample: (node) => newProject(all, node as never),
    signIn: () => signIn(all),
    signOut: () => signOut(all),
    setUp: () => setUp(all),
    openDevice: (node) => openInBrowser(all, node?.id ?? all.device?.id ?? ""),
    copyId: (node) => node && vscode.env.clipboard.writeText(node.id),
    copyDcn: () => vscode.env.clipboard.writeText(all.device?.dcn ?? ""),
    copyReceipt: () => vscode.env.clipboard.writeText(all.claim?.claimed?.receipt ?? ""),
    refresh: () => Promise.all([all.fleet.refresh(), all.findBoards()]),
    openSettings: () => vscode.commands.executeCommand("workbench.action.openSettings", "@ext:signet.signet"),
    walkthrough: () => vscode.commands.executeCommand("workbench.action.openWalkthrough", "signet.signet#welcome"),
  };
  for (const [name, act] of Object.entries(commands)) {
    all.context.subscriptions.push(vscode.commands.registerCommand(`signet.${name}`, act));
  }
}

async function openInBrowser(all: Shared, device: string): Promise<void> {
  const workspace = all.fleet.workspaceOf(device);
  if (workspace) await vscode.env.openExternal(vscode.Uri.parse(`${all.fleet.server}/w/${workspace}/devices/${device}`));
}

// Boards come and go: looked for while somebody looks, and when the editor comes to the front.
const lookEvery = 5000; // ms
function watchBoards(all: Shared): void {
  const timer = setInterval(() => vscode.window.state.focused && void all.findBoards(), lookEvery);
  all.context.subscriptions.push({ dispose: () => clearInterval(timer) });
}
