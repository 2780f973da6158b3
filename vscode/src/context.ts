// What all parts of the extension share: programs, what is known of the manager, what the person has chosen. The choice
// is kept with the folder; no secret is kept anywhere.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { serialPorts, setJumper, virtualBoards, type Board } from "./core/boards";
import { adviceFor, breakOf, type Break } from "./core/chain";
import type { Progress } from "./core/fota";
import { FleetState } from "./core/fleet_state";
import type { Claimed, Device } from "./core/model";
import { Refusal, Signet, type Programs } from "./core/signet";
import { VirtualBoard } from "./core/virtual";

// What the last claim came to, for the panel.
export interface ClaimView {
  state: "running" | "done" | "refused";
  device: string;
  claimed?: Claimed;
  broken?: Break;
}
export interface UpdateView {
  device: string;
  version: string;
  progress: Progress;
}

export class Shared {
  readonly signet: Signet;
  readonly fleet: FleetState;
  readonly output = vscode.window.createOutputChannel("Signet", { log: true });
  readonly ownBoards = new Map<string, VirtualBoard>(); // by console
  boards: Board[] = [];
  claim: ClaimView | undefined;
  update: UpdateView | undefined;
  busy = ""; // what runs now, for a person
  private changed = new vscode.EventEmitter<void>();
  readonly onChange = this.changed.event;
  // Whoever reads the serial line gives it up for as long as signet needs it.
  pauseConsole: () => Promise<() => void> = async () => () => {};

  constructor(readonly context: vscode.ExtensionContext) {
    this.signet = new Signet(() => this.programs());
    this.fleet = new FleetState(this.signet, () => this.setting("liveState", true));
    this.fleet.onChange(() => this.tell());
    context.subscriptions.push(this.output, this.changed, { dispose: () => this.fleet.dispose() });
  }

  programs(): Programs {
    const folder = this.setting("programs", "");
    return { folder: folder.replace(/^~(?=\/)/, homedir()), profile: this.setting("profile", "") };
  }

  setting<T>(name: string, otherwise: T): T {
    return vscode.workspace.getConfiguration("signet").get<T>(name) ?? otherwise;
  }

  tell(): void { this.changed.fire(); }

  // --- the choice
  get board(): Board | undefined {
    const chosen = this.context.workspaceState.get<string>("board");
    return this.boards.find((one) => one.console === chosen) ?? (this.boards.length === 1 ? this.boards[0] : undefined);
  }
  get device(): Device | undefined {
    return this.fleet.device(this.context.workspaceState.get<string>("device") ?? "");
  }
  async choose(what: "board" | "device", value: string): Promise<void> {
    await this.context.workspaceState.update(what, value);
    this.tell();
  }

  async findBoards(): Promise<Board[]> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter((one) => one.uri.scheme === "file");
    const found = await Promise.all([serialPorts(), ...folders.map((one) => virtualBoards(one.uri.fsPath))]);
    if (JSON.stringify(found.flat()) === JSON.stringify(this.boards)) return this.boards;
    this.boards = found.flat();
    void vscode.commands.executeCommand("setContext", "signet.hasBoard", this.boards.length > 0);
    this.tell();
    return this.boards;
  }

  // The project's folder: the one with main.py.
  projectFolder(): string | undefined {
    const all = (vscode.workspace.workspaceFolders ?? []).map((one) => one.uri.fsPath);
    return all.find((one) => existsSync(join(one, "signet.json")) || existsSync(join(one, "main.py"))) ?? all[0];
  }

  // --- doing
  // Shows what runs, and a refusal with what to do; returns undefined when it was refused.
  async attempt<T>(title: string, act: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const stop = new AbortController();
    this.busy = title;
    this.tell();
    try {
      return await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (_, token) => {
        token.onCancellationRequested(() => stop.abort());
        return act(stop.signal);
      });
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "cancelled")) this.showRefusal(title, error);
      return undefined;
    } finally {
      this.busy = "";
      this.tell();
    }
  }

  // The same while signet has the board's serial line to itself.
  async attemptOnBoard<T>(title: string, act: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const goOn = await this.pauseConsole();
    const takeOut = this.board ? await setJumper(this.board) : async () => {};
    try {
      return await this.attempt(title, act);
    } finally {
      await takeOut();
      goOn();
    }
  }

  showRefusal(title: string, error: unknown): void {
    const refusal = error instanceof Refusal ? error : new Refusal("", error instanceof Error ? error.message : String(error));
    this.output.error(`${title}: ${refusal.message}`);
    const advice = breakOf(refusal).advice || adviceFor(refusal.code);
    const ways: Record<string, [string, string]> = {
      missing: ["Settings", "signet.openSettings"], unauthenticated: ["Sign in", "signet.signIn"],
    };
    const way = ways[refusal.code];
    const words = `${title}: ${refusal.message}${advice && !refusal.message.includes(advice) ? `. ${advice}` : ""}`;
    void vscode.window.showErrorMessage(words, ...(way ? [way[0]] : [])).then((said) => said && way && vscode.commands.executeCommand(way[1]));
  }
}

// A person's word for something that cannot be taken back.
export async function confirmed(question: string, detail: string, word: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, word)) === word;
}
