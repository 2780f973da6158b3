// Build: the project's folder becomes an image. What Python would refuse is a problem at its line, before any board has it.
import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as vscode from "vscode";
import { pythonFiles } from "../core/program_files";
import { find, run } from "../core/signet";
import { text } from "../core/model";
import type { Shared } from "../context";
import { mainOf, settingsOf } from "./project";

let problems: vscode.DiagnosticCollection | undefined;

// Compiles, runs nothing: file, line, column and message of the first error of each, as JSON.
const checker = `import json, sys
for name in sys.argv[1:]:
    try:
        compile(open(name, "rb").read(), name, "exec", dont_inherit=True)
    except SyntaxError as e:
        print(json.dumps([name, e.lineno or 1, e.offset or 1, e.msg]))
    except ValueError as e:
        print(json.dumps([name, 1, 1, str(e)]))`;

export async function checkSyntax(shared: Shared, main: string): Promise<boolean> {
  problems ??= vscode.languages.createDiagnosticCollection("signet build");
  problems.clear();
  const python = await find({ folder: "", profile: "" }, "python3");
  if (!python) return true; // the board will say it
  const said = await run(python, ["-I", "-c", checker, ...(await pythonFiles(dirname(main)))], { seconds: 30 });
  const lines = said.out.split("\n").filter((line) => line !== "");
  for (const line of lines) {
    const [file, row, column, message] = JSON.parse(line) as [string, number, number, string];
    const found = new vscode.Diagnostic(new vscode.Range(row - 1, column - 1, row - 1, 1000), message, vscode.DiagnosticSeverity.Error);
    found.source = "build";
    problems.set(vscode.Uri.file(file), [found]);
  }
  if (lines.length === 0) return true;
  shared.output.error(`build: ${lines.length} files do not compile`);
  await vscode.commands.executeCommand("workbench.actions.view.problems");
  return false;
}

export interface Built {
  folder: string;
  image: string;
  version: string;
  board: string;
  osVersion: string;
}

export async function build(shared: Shared): Promise<Built | undefined> {
  await vscode.workspace.saveAll(false);
  const main = mainOf(shared);
  if (!main) {
    void vscode.window.showErrorMessage("There is no main.py in this folder: a project is a folder with one.");
    return undefined;
  }
  if (!(await checkSyntax(shared, main))) return undefined;
  const folder = dirname(main);
  return shared.attempt(`Building ${basename(folder)}`, async (signal) => {
    const project = await settingsOf(folder);
    const image = join(folder, ".signet", `${basename(folder)}-${project.version}.img`);
    await mkdir(dirname(image), { recursive: true });
    const words = ["firmware", "build", folder, "--board", project.board, "--version", project.version, "--os-version", project.osVersion, "-o", image];
    const said = await shared.signet.ask(words, { signal });
    shared.output.info(`built ${image}: ${String(said["files"])} files, digest ${text(said, "digest")}`);
    return { folder, image, version: project.version, board: project.board, osVersion: project.osVersion };
  });
}
