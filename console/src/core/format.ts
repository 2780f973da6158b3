// Numbers, times and values as a reader wants them.

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const units: [string, number][] = [["y", 31_536_000], ["mo", 2_592_000], ["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];

export function ago(at: Date, now = Date.now()): string {
  const seconds = (at.getTime() - now) / 1000;
  if (Math.abs(seconds) < 5) return "now";
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size)!;
  const many = `${Math.trunc(Math.abs(seconds) / size)} ${unit}`;
  return seconds < 0 ? `${many} ago` : `in ${many}`;
}

export const exactly = (at: Date) => `${exact.format(at)} (${at.toISOString()})`;
export const dayOf = (at: string) => new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }).format(new Date(at));
export const clockOf = (at: string) => {
  const date = new Date(at);
  return `${date.toLocaleTimeString(undefined, { hour12: false })}.${String(date.getMilliseconds()).padStart(3, "0")}`;
};

export function lasting(seconds: number): string {
  if (seconds < 1) return "under 1 s";
  const parts: string[] = [];
  for (const [name, size] of [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]] as const) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(" ");
}

export const count = (value: number) => value.toLocaleString("en");
export const plural = (value: number, one: string, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

export function bytes(value: number): string {
  if (value < 1024) return plural(value, "byte");
  const sizes = ["KiB", "MiB", "GiB", "TiB"];
  let at = -1;
  do value /= 1024;
  while (++at < sizes.length - 1 && value >= 1024);
  return `${value.toFixed(value < 10 ? 1 : 0)} ${sizes[at]}`;
}

export const shown = (value: unknown) => (value === undefined ? "" : JSON.stringify(value));
export const pretty = (value: unknown) => JSON.stringify(value, null, 2) ?? "";

// JSON when it is JSON, text when it is not: 12, true and {"a": 1} are what they look like, on is "on".
export function parseLoosely(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  try {
    return JSON.parse(trimmed);
  } catch {
    return text;
  }
}

// Every number in a payload, by its path: {"env": {"t": 21}} has "env.t".
export function numberPaths(value: unknown, prefix = "", depth = 0): string[] {
  if (typeof value === "number") return prefix ? [prefix] : [];
  if (!value || typeof value !== "object" || Array.isArray(value) || depth > 4) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name.includes(".") ? [] : numberPaths(inner, prefix ? `${prefix}.${name}` : name, depth + 1));
}
export const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
