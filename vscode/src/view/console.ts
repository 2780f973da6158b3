// The board's console as a terminal: what its program prints, and what is typed for it. Tracebacks become problems and
// links where the file is in a folder that is open.
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Board } from "../core/boards";
import { SerialLine } from "../core/line";
import { forPerson, LineCutter, linkIn, TracebackReader, type Place, type Problem } from "../core/traceback";
import type { Shared } from "../context";

const dim = "\x1b[2m", red = "\x1b[31m", plain = "\x1b[0m";
const againAfter = 500; // ms: a board that restarts has a new line soon
const againMax = 120; // times

export class ConsoleTerminal implements vscode.Pseudoterminal {
  private write = new vscode.EventEmitter<string>();
  private ended = new vscode.EventEmitter<void>();
  readonly onDidWrite = this.write.event;
  readonly onDidClose = this.ended.event;
  private line: SerialLine | undefined;
  private paused = 0;
  private typed = "";
  private tries = 0;
  private timer: NodeJS.Timeout | undefined;
  private opening: Promise<void> = Promise.resolve();
  private isOpen = false;

  constructor(readonly board: Board, private readonly baud: number, private readonly onProblem: (problem: Problem) => void, private readonly onShut: () => void) {}

  open(): void {
    this.isOpen = true;
    this.note(`${this.board.name} (${this.board.console})`);
    this.connect();
  }

  close(): void {
    this.isOpen = false;
    if (this.timer) clearTimeout(this.timer);
    void this.opening.then(() => this.line?.close());
    this.onShut();
  }

  handleInput(said: string): void {
    for (const one of said) {
      if (one === "\r") {
        this.write.fire("\r\n");
        void this.line?.write(`${this.typed}\n`).catch((error: Error) => this.note(error.message));
        this.typed = "";
      } else if (one === "\x7f") {
        if (this.typed === "") continue;
        this.typed = this.typed.slice(0, -1);
        this.write.fire("\b \b");
      } else if (one >= " ") {
        this.typed += one;
        this.write.fire(one);
      }
    }
  }

  // Gives the line up until the returned function is called.
  async pause(): Promise<() => void> {
    this.paused += 1;
    if (this.timer) clearTimeout(this.timer);
    await this.opening;
    await this.line?.close();
    this.line = undefined;
    return () => {
      this.paused -= 1;
      if (this.paused === 0 && this.isOpen) this.connect();
    };
  }

  private connect(): void {
    if (this.paused > 0 || !this.isOpen) return;
    const reader = new TracebackReader(), lines = new LineCutter();
    const onText = (text: string) => ((this.tries = 0), lines.take(text, (line) => this.show(line, reader)));
    this.opening = SerialLine.open(this.board.console, this.baud, onText, (why) => this.again(why)).then(
      (line) => {
        this.line = line;
      },
      (error: Error) => this.again(error.message));
  }

  private show(line: string, reader: TracebackReader): void {
    const shown = forPerson(line);
    if (shown === undefined) return;
    const problem = reader.take(line);
    this.write.fire(problem ? `${red}${shown}${plain}\r\n` : `${shown}\r\n`);
    if (problem) this.onProblem(problem);
  }

  private again(why: string): void {
    this.line = undefined;
    if (!this.isOpen || this.paused > 0) return;
    if (this.tries === 0) this.note(why);
    if (++this.tries > againMax) return this.note("given up; open the console again");
    this.timer = setTimeout(() => this.connect(), againAfter);
  }

  private note(words: string): void {
    this.write.fire(`${dim}-- ${words}${plain}\r\n`);
  }
}

export class Consoles {
  private open = new Map<string, { terminal: vscode.Terminal; console: ConsoleTerminal }>();
  private readonly problems = vscode.languages.createDiagnosticCollection("signet");

  constructor(private readonly shared: Shared) {
    shared.pauseConsole = () => this.pause();
    shared.context.subscriptions.push(this.problems, vscode.window.registerTerminalLinkProvider({
      provideTerminalLinks: ({ line }) => this.links(line),
      handleTerminalLink: (link: Link) => show(link.file, link.place.line),
    }));
  }

  show(board: Board): void {
    const known = this.open.get(board.console);
    if (known) return known.terminal.show();
    const console = new ConsoleTerminal(board, this.shared.setting("baud", 115200), (problem) => this.take(problem), () => this.open.delete(board.console));
    const terminal = vscode.window.createTerminal({ name: `Console: ${board.name}`, pty: console, iconPath: new vscode.ThemeIcon("terminal") });
    this.open.set(board.console, { terminal, console });
    terminal.show();
  }

  forget(): void { this.problems.clear(); }

  private async pause(): Promise<() => void> {
    const goOn = await Promise.all([...this.open.values()].map(({ console }) => console.pause()));
    return () => goOn.forEach((one) => one());
  }

  private take(problem: Problem): void {
    const at = [...problem.places].reverse().map((place) => ({ place, file: fileOf(place) })).find((one) => one.file);
    if (!at?.file) return;
    const line = at.place.line - 1;
    const found = new vscode.Diagnostic(new vscode.Range(line, 0, line, 1000), problem.message, vscode.DiagnosticSeverity.Error);
    found.source = "board";
    found.relatedInformation = problem.places.flatMap((place) => {
      const file = fileOf(place);
      return file && place !== at.place ? [new vscode.DiagnosticRelatedInformation(new vscode.Location(vscode.Uri.file(file), new vscode.Position(place.line - 1, 0)), "called here")] : [];
    });
    this.problems.set(vscode.Uri.file(at.file), [found]);
  }

  private links(line: string): Link[] {
    const found = linkIn(line);
    const file = found && fileOf(found.place);
    return found && file ? [{ startIndex: found.start, length: found.length, tooltip: "Show this line", file, place: found.place }] : [];
  }
}

interface Link extends vscode.TerminalLink {
  file: string;
  place: Place;
}

// The board has its own copy of the program: the file here is the one of the same name in an open folder. A name that
// the board says is not followed out of these, nor into the copy.
function fileOf(place: Place): string | undefined {
  const folders = (vscode.workspace.workspaceFolders ?? []).map((one) => one.uri.fsPath);
  const parts = place.file.split("/").filter((part) => part !== "");
  if (parts.includes("..")) return undefined;
  const isOpen = folders.some((folder) => place.file.startsWith(`${folder}/`) && !place.file.includes("/.signet/"));
  if (isOpen && existsSync(place.file)) return place.file;
  for (let from = parts.lastIndexOf(".signet") + 1; from < parts.length; ++from) {
    const file = folders.map((folder) => join(folder, ...parts.slice(from))).find((one) => existsSync(one));
    if (file) return file;
  }
  return undefined;
}

async function show(file: string, line: number): Promise<void> {
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at) });
}
