// Virtual boards of this folder: started, stopped, run with the project's program.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { Board } from "../core/boards";
import { VirtualBoard } from "../core/virtual";
import { Refusal } from "../core/signet";
import type { Shared } from "../context";
import type { Consoles } from "../view/console";
import { mainOf } from "./project";
import { build, checkSyntax } from "./firmware";
import { publicHalf, releaseKey, sign } from "./sign";

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

// Run. A virtual board of ours that is for development starts again with the program as it is now; any other board gets
// it as signed firmware over its console.
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
  consoles.forget();
  const done = own && !own.hasFlash ? await restart(shared, own, dirname(program)) : await install(shared, board);
  if (done) consoles.show(board);
}

async function restart(shared: Shared, own: VirtualBoard, project: string): Promise<boolean> {
  const done = await shared.attemptOnBoard(`Running on ${own.name}`, async () => {
    await own.restart(project);
    await shared.findBoards();
    return true;
  });
  return done === true;
}

const confirmTries = 60, confirmEvery = 500; // ms: a board takes some seconds from its reset to the trial

// Built, signed, brought over the console, started on trial; who runs a program at a desk is there to confirm it.
async function install(shared: Shared, board: Board): Promise<boolean> {
  const signed = await signedImage(shared);
  if (!signed) return false;
  const at = ["--board", board.console, "--baud", String(shared.setting("baud", 115200))];
  const done = await shared.attemptOnBoard(`Bringing it to ${board.name}`, async (signal) => {
    await shared.signet.ask(["firmware", "install", ...at, signed], { signal, seconds: 900 });
    for (let left = confirmTries; ; --left) {
      try {
        await shared.signet.ask(["firmware", "confirm", ...at], { signal });
        return true;
      } catch (error) {
        if (left === 0 || (error instanceof Refusal && error.code === "cancelled")) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, confirmEvery));
    }
  });
  return done === true;
}

async function signedImage(shared: Shared): Promise<string | undefined> {
  const key = await releaseKey(shared);
  const built = key && (await build(shared));
  return key && built ? shared.attempt("Signing", () => sign(shared, built.image, key)) : undefined;
}

// From unsigned programs to firmware that its owner signed: from now on it takes updates as a real board does.
export async function bootSigned(shared: Shared): Promise<void> {
  const own = shared.board && shared.ownBoards.get(shared.board.console);
  if (!own || own.hasFlash) {
    void vscode.window.showInformationMessage(own ? `${own.name} boots signed firmware already.` : "The chosen board was not started here: signet firmware flash gives one its first firmware.");
    return;
  }
  const key = await releaseKey(shared);
  const built = key && (await build(shared));
  const half = key && (await publicHalf(key));
  if (!key || !built || !half) return;
  await shared.attemptOnBoard(`Flashing ${own.name}`, async (signal) => {
    const os = join(dirname(built.image), `os-${built.osVersion}.img`);
    await writeFile(`${os}.txt`, `The OS of a virtual board is signet-board itself; this one is called ${built.osVersion}.\n`);
    await shared.signet.ask(["firmware", "build", `${os}.txt`, "--kind", "os", "--board", built.board, "--version", built.osVersion, "-o", os], { signal });
    await own.flash([await sign(shared, os, key), await sign(shared, built.image, key)], [half]);
    await shared.findBoards();
  });
}
