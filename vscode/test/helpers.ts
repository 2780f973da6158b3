// What several tests need: folders that go away, programs that are a few lines of shell, a real pseudo-terminal.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

export const top = join(__dirname, "../.."); // of the extension: tests run from build/test

export async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "signet-editor-"));
  after(() => rm(made, { recursive: true, force: true }));
  return made;
}

export async function program(at: string, name: string, script: string): Promise<string> {
  const file = join(at, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const giveUp = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > giveUp) throw new Error(`waited 20 seconds for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface Terminal {
  name: string;
  heard: () => string;
  say: (words: string) => void;
  end: () => Promise<void>;
}

const keeper = `import os, pty, sys, threading, tty
master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
def hear():
    while True:
        sys.stderr.buffer.write(os.read(master, 4096)); sys.stderr.flush()
threading.Thread(target=hear, daemon=True).start()
for line in sys.stdin.buffer: os.write(master, line)`;

export async function terminal(): Promise<Terminal> {
  const child: ChildProcess = spawn("python3", ["-I", "-c", keeper], { stdio: ["pipe", "pipe", "pipe"] });
  let name = "", heard = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (name += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (heard += text));
  await until(() => name.endsWith("\n"), "a pseudo-terminal");
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "close");
    child.kill();
    await ended;
  };
  after(end);
  return { name: name.trim(), heard: () => heard, say: (words) => child.stdin?.write(words), end };
}
