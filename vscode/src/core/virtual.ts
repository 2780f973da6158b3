// A virtual board with all that makes it a unit, in a folder of its own: a foundry, an element in software, the board.
//   FOLDER/foundry  root, signer and log signer of the units made here
//   FOLDER/NAME     the board's storage (its console is in it), NAME.chip the element's, NAME.manifest.json who it is
//   FOLDER/../programs/NAME  what it runs: a copy, because no program may stand above its board's storage
// Programs by argument arrays; what they say goes to FOLDER/NAME.log.
import { spawn, type ChildProcess } from "node:child_process";
import { constants, existsSync } from "node:fs";
import { access, cp, mkdir, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createHash } from "node:crypto";
import { need, refusalOf, run, Refusal, type Programs } from "./signet";
import { virtualBoards } from "./boards";
import { isOfProgram } from "./program_files";

export const startSecondsMax = 30;

export class VirtualBoard {
  private running: ChildProcess[] = [];
  readonly console: string;

  constructor(private readonly programs: () => Programs, private readonly folder: string, readonly name: string) {
    this.console = join(folder, name, "console");
  }

  get manifest(): string { return join(this.folder, `${this.name}.manifest.json`); }
  get foundry(): string { return join(this.folder, "foundry"); }
  // Once its flash holds firmware, the board boots that and nothing else.
  get hasFlash(): boolean { return existsSync(join(this.folder, this.name, "flash")); }
  get isRunning(): boolean { return this.running.length === 2 && this.running.every((one) => one.exitCode === null && one.signalCode === null); }
  private get log(): string { return join(this.folder, `${this.name}.log`); }
  // A unix socket's name is at most 107 bytes long; a folder's may be longer.
  private get socket(): string {
    return join(tmpdir(), `signet-${createHash("sha256").update(join(this.folder, this.name)).digest("hex").slice(0, 16)}.sock`);
  }

  // Starts it with this project's program; makes it a unit first when it is new. Says whether it was new. What was
  // started when something fails is ended.
  async start(project: string): Promise<boolean> {
    try {
      return await this.startAll(project);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  private async startAll(project: string): Promise<boolean> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const isNew = !(await isThere(this.manifest));
    if (isNew && !(await isThere(this.foundry))) await this.make("init", this.foundry, "--organization", "Editor");
    await rm(this.socket, { force: true });
    await this.spawn("signet-element", ["--socket", this.socket, "--state", join(this.folder, `${this.name}.chip`)]);
    await this.until(() => isThere(this.socket), "the element's bus");
    if (isNew) {
      await this.make("personalise", "--foundry", this.foundry, "--element", `unix:${this.socket}`, "--batch", this.name);
      await this.make("manifest", "--foundry", this.foundry, "--batch", this.name, "-o", this.manifest);
    }
    await this.startBoard(await this.take(project));
    return isNew;
  }

  // The same board, with another program or the same anew; its element goes on.
  async restart(project: string): Promise<void> {
    const board = this.running.pop();
    if (board) await end(board);
    await this.startBoard(await this.take(project));
  }

  // Signed firmware and whose: what it boots from now on. Its claim and its secrets stay.
  async flash(images: string[], keys: string[]): Promise<void> {
    const board = this.running.pop();
    if (board) await end(board);
    const words = ["--json", "firmware", "flash", "--dir", join(this.folder, this.name), ...keys.flatMap((key) => ["--key", key]), ...images];
    const said = await run(await need(this.programs(), "signet"), words);
    await this.startBoard(join(this.folder, "..", "programs", this.name, "main.py"));
    if (said.code !== 0) throw refusalOf(said.err, said.code);
  }

  // What an image of the project would hold; returns its main.py.
  private async take(project: string): Promise<string> {
    const to = join(this.folder, "..", "programs", this.name);
    await rm(to, { recursive: true, force: true });
    await mkdir(to, { recursive: true });
    for (const name of (await readdir(project)).filter(isOfProgram)) { // one by one: the copy lies within the project
      await cp(join(project, name), join(to, name), { recursive: true, filter: (from) => isOfProgram(relative(project, from)) });
    }
    return join(to, "main.py");
  }

  async stop(): Promise<void> {
    const all = this.running.reverse();
    this.running = [];
    for (const one of all) await end(one);
    await rm(this.socket, { force: true });
  }

  private async startBoard(program: string): Promise<void> {
    await rm(this.console, { force: true });
    await this.spawn("signet-board", ["--dir", join(this.folder, this.name), "--element", `unix:${this.socket}`,
      "--root", join(this.foundry, "root.pem"), ...(this.hasFlash ? ["--flash"] : ["--program", program])]);
    await this.until(async () => (await virtualBoards(this.folder)).some((one) => one.console === this.console), "its console");
  }

  private async make(...words: string[]): Promise<void> {
    const said = await run(await need(this.programs(), "signet-foundry"), words);
    if (said.code !== 0) throw new Refusal("unavailable", `signet-foundry ${words[0]}: ${said.err.trim()}`);
  }

  private async spawn(name: string, words: string[]): Promise<void> {
    const file = await need(this.programs(), name);
    const log = await open(this.log, "a", 0o600);
    try {
      const child = spawn(file, words, { stdio: ["ignore", log.fd, log.fd] }).on("error", () => {});
      this.running.push(child);
      const leave = () => child.kill(); // the editor may end without asking
      process.once("exit", leave);
      child.once("close", () => process.off("exit", leave));
    } finally {
      await log.close();
    }
  }

  private async until(condition: () => Promise<boolean>, what: string): Promise<void> {
    const giveUp = Date.now() + startSecondsMax * 1000;
    while (!(await condition())) {
      const last = this.running.at(-1);
      const ended = !last || last.exitCode !== null || last.signalCode !== null;
      if (ended || Date.now() > giveUp) {
        await this.stop();
        throw new Refusal("unavailable", `${what} did not come; ${this.log} tells why`);
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill();
  const impatient = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(impatient);
}

const isThere = (path: string) => access(path, constants.F_OK).then(() => true, () => false);
