// A project is a folder with main.py and signet.json; a new one is a copy of an example.
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { projectFile, projectOf, type Project } from "../core/model";
import type { Shared } from "../context";

export function mainOf(shared: Shared): string | undefined {
  const folder = shared.projectFolder();
  const main = folder && join(folder, "main.py");
  return main && existsSync(main) ? main : undefined;
}

const fresh = { board: "virtual", version: "0.1.0", os_version: "1.0.0" };
const ignored = ".signet/\n*.img\n__pycache__/\n";

// The project's settings; made when there are none.
export async function settingsOf(folder: string): Promise<Project> {
  const file = join(folder, projectFile);
  if (!existsSync(file)) await writeFile(file, `${JSON.stringify(fresh, undefined, 2)}\n`);
  return projectOf(await readFile(file, "utf8"));
}

export async function saveVersion(folder: string, version: string): Promise<void> {
  const file = join(folder, projectFile);
  const of = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  await writeFile(file, `${JSON.stringify({ ...of, version }, undefined, 2)}\n`);
}

interface Example {
  name: string;
  folder: string;
  about: string;
}

async function examples(shared: Shared): Promise<Example[]> {
  const home = shared.context.asAbsolutePath("examples");
  const found: Example[] = [];
  for (const entry of await readdir(home, { withFileTypes: true }).catch(() => [])) {
    const folder = join(home, entry.name);
    if (!entry.isDirectory() || !existsSync(join(folder, "main.py"))) continue;
    const main = await readFile(join(folder, "main.py"), "utf8");
    found.push({ name: entry.name, folder, about: /^"""(.+?)(?:"""|\n)/.exec(main)?.[1] ?? "" });
  }
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

export class ExampleTree implements vscode.TreeDataProvider<Example> {
  constructor(private readonly shared: Shared) {}
  getChildren(node?: Example): Promise<Example[]> { return node ? Promise.resolve([]) : examples(this.shared); }
  getTreeItem(example: Example): vscode.TreeItem {
    const item = new vscode.TreeItem(example.name);
    item.description = example.about;
    item.contextValue = "example";
    item.iconPath = new vscode.ThemeIcon("file-code");
    item.command = { command: "vscode.open", title: "Look at it", arguments: [vscode.Uri.file(join(example.folder, "main.py"))] };
    return item;
  }
}

export async function newProject(shared: Shared, given?: Example): Promise<void> {
  const example = given ?? (await chooseExample(shared));
  if (!example) return;
  const said = await vscode.window.showSaveDialog({ title: "The new project's folder", saveLabel: "Make project", defaultUri: placeFor(example.name) });
  if (!said) return;
  const folder = said.fsPath;
  const made = await shared.attempt(`Making ${folder}`, async () => {
    await mkdir(folder); // it must be new: nothing is written over
    await cp(example.folder, folder, { recursive: true });
    await settingsOf(folder);
    await writeFile(join(folder, ".gitignore"), ignored);
    return true;
  });
  if (!made) return;
  const way = await vscode.window.showInformationMessage(`${folder} is ready.`, "Open", "Open in new window");
  if (way) await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(folder), way === "Open in new window");
}

function placeFor(name: string): vscode.Uri | undefined {
  const open = vscode.workspace.workspaceFolders?.[0]?.uri;
  return open ? vscode.Uri.joinPath(open, "..", name) : undefined;
}

async function chooseExample(shared: Shared): Promise<Example | undefined> {
  const items = (await examples(shared)).map((example) => ({ label: example.name, description: example.about, example }));
  return (await vscode.window.showQuickPick(items, { title: "New project", placeHolder: "Which example is it to begin from?" }))?.example;
}
