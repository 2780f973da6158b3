// What of a project's folder is its program: as `signet firmware build` takes it, which leaves out folders whose name
// begins with a dot and what Python keeps for itself.
import { readdir } from "node:fs/promises";
import { join } from "node:path";

export const pythonFilesMax = 1024; // an image takes no more

export function isOfProgram(name: string): boolean {
  return !name.split("/").some((part) => part.startsWith(".") || part === "__pycache__" || part === "node_modules");
}

export async function pythonFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  const look = async (at: string): Promise<void> => {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      if (!isOfProgram(entry.name) || found.length >= pythonFilesMax) continue;
      if (entry.isDirectory()) await look(join(at, entry.name));
      else if (entry.isFile() && entry.name.endsWith(".py")) found.push(join(at, entry.name));
    }
  };
  await look(folder);
  return found.sort();
}
