// Boards that are here: serial ports, and virtual boards by the link `console` in their folder (signet-board --dir).
import { lstat, readdir, readlink, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";

export interface Board {
  console: string; // the path for signet --board
  name: string;
  detail: string;
  isVirtual: boolean;
}

export const foldersMax = 2000; // of a workspace are looked into
export const depthMax = 6;
const neverInside = new Set(["node_modules", "__pycache__", ".git", "build", "dist"]);

// `byId` is where udev names ports after what is plugged in.
export async function serialPorts(devices = "/dev", byId = join(devices, "serial/by-id")): Promise<Board[]> {
  const isPort = /^(ttyUSB|ttyACM|cu\.usb|cu\.SLAB|cu\.wch)/;
  const ports = (await names(devices)).filter((name) => isPort.test(name)).sort();
  const told = new Map<string, string>();
  for (const name of await names(byId)) {
    const target = await readlink(join(byId, name)).catch(() => "");
    if (target) told.set(basename(target), name);
  }
  return ports.map((name) => ({ console: join(devices, name), name, detail: friendly(told.get(name)) || "serial port", isVirtual: false }));
}

// usb-Silicon_Labs_CP2102_USB_to_UART_0001-if00-port0 -> Silicon Labs CP2102 USB to UART 0001
function friendly(id: string | undefined): string {
  return (id ?? "").replace(/^usb-/, "").replace(/-if\d+.*$/, "").replaceAll("_", " ");
}

export async function virtualBoards(folder: string): Promise<Board[]> {
  const found: Board[] = [];
  let left = foldersMax;
  const look = async (at: string, depth: number): Promise<void> => {
    if (left-- <= 0 || depth > depthMax) return;
    for (const entry of await readdir(at, { withFileTypes: true }).catch(() => [])) {
      const path = join(at, entry.name);
      if (entry.isDirectory() && !neverInside.has(entry.name)) await look(path, depth + 1);
      else if (entry.name === "console" && entry.isSymbolicLink() && (await isTerminal(path))) found.push(virtualBoard(path, folder));
    }
  };
  await look(folder, 0);
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

function virtualBoard(console: string, folder: string): Board {
  const own = dirname(console);
  return { console, name: basename(own), detail: `virtual board in ${relative(dirname(folder), own)}`, isVirtual: true };
}

// A link to a pseudo-terminal that is there: the board runs.
async function isTerminal(link: string): Promise<boolean> {
  const target = await readlink(link).catch(() => "");
  if (!/^\/dev\/(pts\/\d+|ttys\d+)$/.test(target)) return false;
  return stat(link).then((at) => at.isCharacterDevice(), () => false);
}

// A claimed board's console is closed while its jumper is not set. A virtual board's is a file beside its console: the
// click in the editor is the hand that sets it, and takes it out again. On any other board it is the person's own to do.
export async function setJumper(board: Board): Promise<() => Promise<void>> {
  const jumper = join(dirname(board.console), "jumper");
  const made = board.isVirtual && (await writeFile(jumper, "", { flag: "wx", mode: 0o600 }).then(() => true, () => false));
  return async () => void (made && (await rm(jumper, { force: true })));
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

export async function isThere(board: Board): Promise<boolean> {
  if (board.isVirtual) return isTerminal(board.console);
  return lstat(board.console).then((at) => at.isCharacterDevice(), () => false);
}
