// The release key signs what a board is to run. It is its owner's: in an encrypted file or a token, named by a setting.
// Its passphrase is typed into a terminal, to signet itself; the editor never sees it.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { need, Refusal } from "../core/signet";
import type { Shared } from "../context";

// The name of the key; made, or asked for, when the setting has none.
export async function releaseKey(shared: Shared): Promise<string | undefined> {
  const known = shared.setting("releaseKey", "");
  if (known) return known;
  const make = "Make a key", name = "Name one";
  const said = await vscode.window.showInformationMessage("Boards run what their owner's release key has signed.", {
    modal: true, detail: "It is made once, on this machine, in an encrypted file. Back the file up: nobody can make the key again, and no manager ever has it.",
  }, make, name);
  if (said === name) await vscode.commands.executeCommand("workbench.action.openSettings", "signet.releaseKey");
  return said === make ? makeKey(shared) : undefined;
}

async function makeKey(shared: Shared): Promise<string | undefined> {
  const place = vscode.Uri.file(join(homedir(), "signet-release.key"));
  const file = await vscode.window.showSaveDialog({ title: "Where is the release key to be?", saveLabel: "Make key", defaultUri: place });
  if (!file) return undefined;
  const key = `software:${file.fsPath}`;
  await inTerminal(shared, "Making the release key", ["firmware", "keygen", key, "-o", pemOf(file.fsPath)]);
  await vscode.workspace.getConfiguration("signet").update("releaseKey", key, vscode.ConfigurationTarget.Global);
  return key;
}

const pemOf = (file: string) => `${file.replace(/\.key$/, "")}.pem`;

// What boards verify with: beside software:FILE, else a person knows where.
export async function publicHalf(key: string): Promise<string | undefined> {
  const file = /^software:([^?]+)/.exec(key)?.[1];
  if (file && existsSync(pemOf(file))) return pemOf(file);
  const title = "The public half of the release key, which keygen -o wrote";
  return (await vscode.window.showOpenDialog({ title, canSelectMany: false, filters: { PEM: ["pem"], All: ["*"] } }))?.[0]?.fsPath;
}

export async function sign(shared: Shared, image: string, key: string): Promise<string> {
  const signed = image.replace(/\.img$/, ".signed.img");
  const words = ["firmware", "sign", image, "--key", key, "-o", signed];
  if (/[?&](passphrase|pin)-source=/.test(key)) await shared.signet.ask(words);
  else await inTerminal(shared, "Signing", words);
  if (!existsSync(signed)) throw new Refusal("unavailable", "the image was not signed");
  return signed;
}

// A task that runs signet by its words, in a terminal where it can ask; rejects when it fails.
async function inTerminal(shared: Shared, name: string, words: string[]): Promise<void> {
  const file = await need(shared.programs(), "signet");
  const task = new vscode.Task({ type: "signet" }, vscode.TaskScope.Workspace, name, "Signet", new vscode.ProcessExecution(file, words));
  task.presentationOptions = { focus: true, clear: true, panel: vscode.TaskPanelKind.Dedicated, showReuseMessage: false };
  const running = await vscode.tasks.executeTask(task);
  const code = await new Promise<number | undefined>((resolve) => {
    const ended = vscode.tasks.onDidEndTaskProcess((end) => {
      if (end.execution !== running) return;
      ended.dispose();
      resolve(end.exitCode);
    });
  });
  if (code !== 0) throw new Refusal("unavailable", `${name} did not succeed; the terminal says why`);
}
