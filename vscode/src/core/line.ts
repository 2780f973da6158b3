// A board's serial line, read as long as a person looks. Only one program may read it: the lock that signet takes too
// (flock) is held by the reader, so signet says "in use by another tool" instead of losing half an answer to us.
import { spawn, type ChildProcess } from "node:child_process";
import { open, type FileHandle } from "node:fs/promises";
import { find, run, Refusal } from "./signet";

const lockedCode = 75; // what flock is told to say when somebody else has the line
const path = { folder: "", profile: "" };

export class SerialLine {
  private reader: ChildProcess | undefined;
  private writer: FileHandle | undefined;

  private constructor(private readonly name: string) {}

  // onEnd: the line was closed by its other side, or is somebody else's.
  static async open(name: string, baud: number, onText: (text: string) => void, onEnd: (why: string) => void): Promise<SerialLine> {
    const line = new SerialLine(name);
    await makeRaw(name, baud);
    const flock = await find(path, "flock");
    const words = ["-n", "-F", "-E", String(lockedCode), name, "cat", "--", name];
    const reader = flock ? spawn(flock, words, { stdio: ["ignore", "pipe", "ignore"] }) : spawn("cat", ["--", name], { stdio: ["ignore", "pipe", "ignore"] });
    line.reader = reader;
    reader.stdout?.setEncoding("utf8").on("data", onText);
    reader.on("error", (error) => onEnd(error.message));
    reader.on("close", (code) => {
      if (line.reader !== reader) return; // we closed it
      onEnd(code === lockedCode ? `${name} is in use by another tool: close it and try again` : `${name} was closed: is the board still connected?`);
    });
    return line;
  }

  async write(text: string): Promise<void> {
    this.writer ??= await open(this.name, "r+");
    await this.writer.write(text);
  }

  async close(): Promise<void> {
    const { reader, writer } = this;
    this.reader = this.writer = undefined;
    await writer?.close().catch(() => {});
    if (!reader || reader.exitCode !== null || reader.signalCode !== null) return;
    const ended = new Promise((resolve) => reader.once("close", resolve));
    reader.kill();
    await ended;
  }
}

// 8n1, no echo, no flow control: bytes as they are.
async function makeRaw(name: string, baud: number): Promise<void> {
  const file = await find(path, "stty");
  if (!file) return;
  const option = process.platform === "darwin" ? "-f" : "-F";
  const said = await run(file, [option, name, String(baud), "raw", "-echo", "clocal", "-crtscts"], { seconds: 5 });
  if (said.code !== 0) throw new Refusal("malformed", said.err.trim() || `${name} is no serial line`);
}
