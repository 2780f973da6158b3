// Workspaces, fleets and devices as the manager last told, and live: `signet watch` says that something happened, a list
// asked anew says what. Tells everybody who subscribed.
import { deviceOf, list, named, text, type Device, type Fleet, type Workspace } from "./model";
import { Refusal, type Signet } from "./signet";

export type State = "asking" | "in" | "out" | "missing" | "unreachable";
export const watchedMax = 4; // workspaces: each is a program that runs
export const againAfter = { first: 2000, last: 60000 }; // ms, doubled each time that the manager is not reached
const settle = 150; // ms: many things that happen at once are asked about once

export interface Known {
  workspace: Workspace;
  fleets: Fleet[];
  devices: Device[];
}

export class FleetState {
  state: State = "asking";
  why = ""; // of the last refusal
  server = "";
  known: Known[] = [];
  private listeners: (() => void)[] = [];
  private watches = new Map<string, () => void>();
  private timers = new Map<string, NodeJS.Timeout>();
  private delay = againAfter.first;
  private asking: Promise<void> | undefined;
  private ended = false;

  constructor(private readonly signet: Signet, private readonly isLive: () => boolean) {}

  onChange(listener: () => void): void { this.listeners.push(listener); }
  devices(): Device[] { return this.known.flatMap((one) => one.devices); }
  device(id: string): Device | undefined { return this.devices().find((one) => one.id === id); }
  workspaceOf(device: string): string {
    return this.known.find((one) => one.devices.some((found) => found.id === device))?.workspace.id ?? "";
  }

  // All of it anew; together with others who ask for it at the same time.
  async refresh(): Promise<void> {
    this.asking ??= this.askAll().finally(() => (this.asking = undefined));
    return this.asking;
  }

  dispose(): void {
    this.ended = true;
    this.unwatch();
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  private async askAll(): Promise<void> {
    try {
      const status = await this.signet.ask(["status"]);
      this.server = text(status, "url");
      const workspaces = list(status, "workspaces").map(named);
      this.known = await Promise.all(workspaces.map((workspace) => this.askOne(workspace)));
      this.state = "in";
      this.why = "";
      this.delay = againAfter.first;
      this.watch();
    } catch (error) {
      this.fail(error);
    }
    this.tell();
  }

  private async askOne(workspace: Workspace): Promise<Known> {
    const at = ["--workspace", workspace.id];
    const [fleets, devices] = await Promise.all([this.signet.ask([...at, "fleet", "ls"]), this.signet.ask([...at, "device", "ls"])]);
    return { workspace, fleets: list(fleets, "fleets").map(named), devices: list(devices, "devices").map(deviceOf) };
  }

  private fail(error: unknown): void {
    const { code, message } = error instanceof Refusal ? error : new Refusal("unavailable", String(error));
    this.unwatch();
    this.why = message;
    this.state = code === "missing" ? "missing" : code === "unauthenticated" || code === "forbidden" ? "out" : "unreachable";
    if (this.state !== "unreachable") this.known = [];
    else this.later("", () => void this.refresh(), (this.delay = Math.min(this.delay * 2, againAfter.last)));
  }

  private watch(): void {
    if (!this.isLive()) return this.unwatch();
    const wanted = this.known.slice(0, watchedMax).map((one) => one.workspace.id);
    for (const [id, stop] of this.watches) {
      if (wanted.includes(id)) continue;
      stop();
      this.watches.delete(id);
    }
    for (const id of wanted) if (!this.watches.has(id)) this.watchOne(id);
  }

  private watchOne(id: string): void {
    let stop: (() => void) | undefined, isUnwanted = false;
    this.watches.set(id, () => ((isUnwanted = true), stop?.()));
    const ended = () => {
      this.watches.delete(id);
      this.later("", () => void this.refresh(), this.delay);
    };
    this.signet.follow(["--workspace", id, "watch", "--stream", "status"], () => this.later(id, () => void this.renew(id), settle), ended)
      .then((how) => ((stop = how), isUnwanted && how()), ended);
  }

  private async renew(id: string): Promise<void> {
    const at = this.known.findIndex((one) => one.workspace.id === id);
    const old = this.known[at];
    if (!old) return;
    try {
      this.known[at] = await this.askOne(old.workspace);
    } catch (error) {
      this.fail(error);
    }
    this.tell();
  }

  private later(what: string, act: () => void, ms: number): void {
    if (this.ended || this.timers.has(what)) return;
    this.timers.set(what, setTimeout(() => {
      this.timers.delete(what);
      act();
    }, ms));
  }

  private unwatch(): void {
    for (const stop of this.watches.values()) stop();
    this.watches.clear();
  }

  private tell(): void {
    if (!this.ended) for (const listener of this.listeners) listener();
  }
}
