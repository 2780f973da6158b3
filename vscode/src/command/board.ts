// Virtual boards of this folder: started, stopped, run with the project's program.
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { VirtualBoard } from "../core/virtual";
import { Refusal } from "../core/signet";
import { confirmed, type Shared } from "../context";
import type { Consoles } from "../view/console";
import { mainOf } from "./project";
import { checkSyntax } from "./firmware";

export const boardsMax = 8; // of a folder at once; each is two programs

export async function startBoard(shared: Shared): Promise<void> {
  const folder = shared.projectFolder();
  if (!folder) {
    void vscode.window.showErrorMessage("Open a folder first: a virtual board keeps what it is in .signet/ of it.");
    return;
  }
  const name = nextName(shared);
  if (!name) return;
  const board = new VirtualBoard(() => shared.programs(), join(folder, ".signet", "boards"), name);
  await shared.attempt(`Starting ${name}`, async (signal) => {
    const isNew = await board.start(mainOf(shared) ? folder : shared.context.asAbsolutePath("examples/telemetry"));
    shared.ownBoards.set(board.console, board);
    await shared.findBoards();
    await shared.choose("board", board.console);
    if (isNew) await makeKnown(shared, board, signal);
  });
}

// Names are reused: a board that was stopped is the same one when it starts again.
function nextName(shared: Shared): string | undefined {
  const running = new Set(shared.boards.map((one) => one.name));
  for (let number = 1; number <= boardsMax; ++number) {
    const name = number === 1 ? "virtual" : `virtual-${number}`;
    if (!running.has(name)) return name;
  }
  void vscode.window.showErrorMessage(`${boardsMax} virtual boards run already: stop one first.`);
  return undefined;
}

// The manager admits only units that its registry has.
async function makeKnown(shared: Shared, board: VirtualBoard, signal: AbortSignal): Promise<void> {
  if (shared.fleet.state !== "in") await shared.fleet.refresh();
  const import_ = ["registry", "import", board.manifest, "--log-signer", join(board.foundry, "log-signer.pem"), "--root", join(board.foundry, "root.pem")];
  try {
    await shared.signet.ask(import_, { signal });
  } catch (error) {
    const why = error instanceof Refusal ? error.message : String(error);
    void vscode.window.showWarningMessage(`${board.name} runs, but the manager does not know it yet: ${why}. Whoever may, runs: signet ${import_.join(" ")}`);
  }
}

export async function stopBoard(shared: Shared): Promise<void> {
  const own = shared.board && shared.ownBoards.get(shared.board.console);
  if (!own) {
    void vscode.window.showInformationMessage("The chosen board was not started here.");
    return;
  }
  await shared.attemptOnBoard(`Stopping ${own.name}`, async () => {
    await own.stop();
    shared.ownBoards.delete(own.console);
    await shared.findBoards();
  });
}

// Run: a virtual board of ours starts again with the program as it is now. Any other board gets firmware by an update.
export async function runProgram(shared: Shared, consoles: Consoles): Promise<void> {
  await vscode.workspace.saveAll(false);
  const program = mainOf(shared);
  if (!program) {
    void vscode.window.showErrorMessage("There is no main.py in this folder: a project is a folder with one.", "New project").then((said) => said && vscode.commands.executeCommand("signet.newProject"));
    return;
  }
  if (!(await checkSyntax(shared, program))) return;
  if (!shared.board) await startBoard(shared);
  const { board } = shared;
  if (!board) return;
  const own = shared.ownBoards.get(board.console);
  if (!own) {
    const yes = await confirmed(`Bring the program to ${board.name} as an update?`, "This board was not started by the editor: it gets a program as signed firmware, from its manager.", "Launch update");
    if (yes) await vscode.commands.executeCommand("signet.update");
    return;
  }
  consoles.forget();
  const done = await shared.attemptOnBoard(`Running on ${board.name}`, async () => {
    await own.restart(dirname(program));
    await shared.findBoards();
    return true;
  });
  if (done) consoles.show(board);
}
