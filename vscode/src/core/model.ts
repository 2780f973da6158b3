// What the manager says, as far as the editor shows it. Each reader takes any JSON and leaves out what is not as it
// should be: a newer manager may say more.
import { parse, type Json } from "./signet";

export interface Workspace {
  id: string;
  name: string;
}
export interface Fleet {
  id: string;
  name: string;
}
export interface Device {
  id: string;
  name: string;
  fleet: string; // id, or empty
  online: boolean;
  lastSeen: string; // RFC 3339, or empty
  firmware: string;
  dcn: string; // of the identity that it has now, or empty
  revoked: boolean; // it has only revoked ones
}
export interface Claimed {
  device: string;
  dcn: string;
  receipt: string;
  expires: string;
}

export const text = (of: Json, name: string): string => (typeof of[name] === "string" ? of[name] : "");

export function list(of: Json, name: string): Json[] {
  const items = of[name];
  return Array.isArray(items) ? items.filter((one): one is Json => typeof one === "object" && one !== null) : [];
}

export function object(of: Json, name: string): Json {
  const found = of[name];
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Json) : {};
}

export const named = (of: Json): Workspace & Fleet => ({ id: text(of, "id"), name: text(of, "name") || text(of, "id") });

export function deviceOf(of: Json): Device {
  const identities = list(of, "identities");
  const current = identities.find((one) => one["revoked"] !== true);
  return {
    ...named(of), fleet: text(of, "fleet_id"), online: of["online"] === true, lastSeen: text(of, "last_seen"),
    firmware: text(of, "firmware") || text(of, "firmware_version"), dcn: current ? text(current, "dcn") : "",
    revoked: !current && identities.length > 0,
  };
}

export function claimedOf(answer: Json): Claimed {
  const identity = object(answer, "identity");
  return { device: text(identity, "device_id"), dcn: text(identity, "dcn"), receipt: text(answer, "receipt"), expires: text(identity, "expires_at") };
}

// A project's own settings, in its signet.json. They are of others, like all in a folder.
export interface Project {
  board: string;
  version: string;
  osVersion: string;
}
export const projectFile = "signet.json";
const version = /^\d{1,3}\.\d{1,3}\.\d{1,5}(\+\d{1,9})?$/;

export function projectOf(said: string): Project {
  const of = parse(said);
  const project = { board: text(of, "board"), version: text(of, "version"), osVersion: text(of, "os_version") };
  if (!/^[\w.-]{1,32}$/.test(project.board)) throw new Error(`${projectFile}: "board" is to name a board, as "virtual"`);
  if (!version.test(project.version)) throw new Error(`${projectFile}: "version" is to be as "1.2.0"`);
  if (!version.test(project.osVersion)) throw new Error(`${projectFile}: "os_version" is to be as "2.0.0"`);
  return project;
}

// "1.2.9" -> "1.2.10"
export function nextVersion(of: string): string {
  const [numbers = ""] = of.split("+");
  const parts = numbers.split(".").map(Number);
  parts[2] = (parts[2] ?? 0) + 1;
  return parts.join(".");
}

// For a person: "3 minutes ago".
export function ago(then: string, now: Date): string {
  const at = Date.parse(then);
  if (Number.isNaN(at)) return "";
  const seconds = Math.max(0, Math.round((now.getTime() - at) / 1000));
  const [count, unit] = seconds < 60 ? [seconds, "second"] : seconds < 3600 ? [Math.floor(seconds / 60), "minute"]
    : seconds < 86400 ? [Math.floor(seconds / 3600), "hour"] : [Math.floor(seconds / 86400), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
