// Runs the program `signet` with --json: an array of arguments, never a shell. Its answer is one JSON document, its
// refusal {"error":{"code","message"}} on standard error. A secret goes in by standard input alone.
import { spawn, type ChildProcess } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

export type Json = Record<string, unknown>;

export const answerBytesMax = 32 * 1024 * 1024; // ten thousand devices are 6 MB
export const commandSecondsMax = 120;

// What signet refused, in its words; `code` as docs/cli.md lists them, or one of ours.
export class Refusal extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

export interface Programs {
  folder: string; // empty: the path
  profile: string;
}

// The program's path, or undefined when there is none.
export async function find(programs: Programs, name: string, path = process.env["PATH"] ?? ""): Promise<string | undefined> {
  const folders = programs.folder ? [programs.folder] : path.split(delimiter).filter((one) => one.startsWith("/"));
  for (const folder of folders) {
    const file = join(folder, name);
    if (await access(file, constants.X_OK).then(() => true, () => false)) return file;
  }
  return undefined;
}

export async function need(programs: Programs, name: string): Promise<string> {
  const file = await find(programs, name);
  if (file) return file;
  const where = programs.folder || "any folder of the path";
  throw new Refusal("missing", `The program ${name} is not in ${where}. Say where it is in the setting signet.programs.`);
}

export interface Options {
  input?: string; // written to standard input, then it ends
  seconds?: number;
  cwd?: string;
  signal?: AbortSignal;
}

export class Signet {
  constructor(readonly programs: () => Programs) {}

  // ask(["device", "ls"], {workspace})
  async ask(words: string[], options: Options = {}): Promise<Json> {
    const said = await run(await need(this.programs(), "signet"), this.arguments(words), options);
    if (said.code !== 0) throw refusalOf(said.err, said.code);
    return parse(said.out);
  }

  arguments(words: string[]): string[] {
    const { profile } = this.programs();
    return ["--json", ...(profile ? ["--profile", profile] : []), ...words];
  }

  // One JSON document a line, until stop() or the program's end.
  async follow(words: string[], onLine: (line: Json) => void, onEnd: (why: Refusal | undefined) => void): Promise<() => void> {
    const child = spawn(await need(this.programs(), "signet"), this.arguments(words), { stdio: ["ignore", "pipe", "pipe"] });
    let rest = "", err = "", stopped = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > answerBytesMax) rest = "";
      for (const line of lines) tell(line, onLine);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err = (err + text).slice(-65536)));
    child.on("error", (error) => (err += error.message));
    child.on("close", (code) => stopped || onEnd(code === 0 ? undefined : refusalOf(err, code ?? -1)));
    return () => {
      stopped = true;
      child.kill();
    };
  }
}

function tell(line: string, onLine: (line: Json) => void): void {
  try {
    onLine(parse(line));
  } catch {
    // a line that is no JSON is not for us
  }
}

export interface Said {
  code: number;
  out: string;
  err: string;
}

// Any program to its end. Rejects only when it could not be started, takes too long or says too much.
export async function run(file: string, words: string[], options: Options = {}): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { cwd: options.cwd, signal: options.signal, stdio: ["pipe", "pipe", "pipe"] });
    const seconds = options.seconds ?? commandSecondsMax;
    const timer = setTimeout(() => end(child, new Refusal("unavailable", `${file} took longer than ${seconds} seconds`)), seconds * 1000);
    let out = "", err = "", why: Error | undefined;
    const end = (which: ChildProcess, reason: Error) => {
      why ??= reason;
      which.kill("SIGKILL");
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (out.length > answerBytesMax) end(child, new Refusal("too_large", `${file} said more than ${answerBytesMax} bytes`));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err = (err + text).slice(-65536)));
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error.name === "AbortError" ? new Refusal("cancelled", "stopped") : new Refusal("missing", error.message));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (why) reject(why);
      else resolve({ code: code ?? -1, out, err });
    });
    child.stdin.on("error", () => {}); // it ended before it read all
    child.stdin.end(options.input ?? "");
  });
}

export function parse(text: string): Json {
  let value: unknown;
  try {
    value = text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    throw new Refusal("malformed", "signet answered what is no JSON: are editor and program of the same version?");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal("malformed", "signet's answer is no object");
  return value as Json;
}

const usage = 64; // base/exit_code.h: the command line is wrong

// The last line that is an error's JSON; else what it said, as it is.
export function refusalOf(err: string, code: number): Refusal {
  for (const line of err.trim().split("\n").reverse()) {
    try {
      const error = (JSON.parse(line) as { error?: Json }).error;
      if (typeof error?.["message"] === "string") return new Refusal(String(error["code"] ?? ""), error["message"]);
    } catch {
      // the next
    }
  }
  if (code === usage) return new Refusal("usage", `This signet does not know the command: ${firstLine(err)}`);
  return new Refusal("unavailable", firstLine(err) || `signet ended with code ${code}`);
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
