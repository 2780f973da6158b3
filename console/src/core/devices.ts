// What of a device decides how it is shown and sorted.
import type { Tone } from "../ui/parts";
import type { Assurance, Device, Identity } from "./model";

export type Standing = "claimed" | "unclaimed" | "quarantined" | "revoked";

// The identity that counts: the one that is claimed now, or else the last it had.
export function identityOf(device: Device): Identity | null {
  const all = device.identities ?? [];
  return all.find((one) => one.state === "claimed" && one.device_id === device.id)
    ?? all.find((one) => one.state === "quarantined") ?? all.find((one) => one.state === "revoked") ?? all[0] ?? null;
}

export function standingOf(device: Device): Standing {
  const identity = identityOf(device);
  if (!identity) return "unclaimed";
  if (identity.state === "known") return "unclaimed";
  return identity.state;
}

export const standingWords: Record<Standing, string> = {
  claimed: "Claimed", unclaimed: "Not claimed", quarantined: "In quarantine", revoked: "Revoked",
};
export const standingTones: Record<Standing, Tone> = { claimed: "good", unclaimed: "plain", quarantined: "warn", revoked: "bad" };
export const assuranceWords: Record<Assurance, string> = {
  hardware: "The key lives in a secure element and never leaves it.",
  emulated: "The key lives in an emulated element: a file, for development only.",
  software: "The key lives in software: whoever copies it is the device.",
};
export const assuranceTones: Record<Assurance, Tone> = { hardware: "good", emulated: "warn", software: "warn" };

export type Order = "name" | "state" | "seen" | "fleet";
const byName = (a: Device, b: Device) => a.name.localeCompare(b.name, undefined, { numeric: true });
export const orders: Record<Order, (a: Device, b: Device) => number> = {
  name: byName,
  state: (a, b) => Number(b.online) - Number(a.online) || byName(a, b),
  seen: (a, b) => (b.last_seen ?? "").localeCompare(a.last_seen ?? "") || byName(a, b),
  fleet: (a, b) => a.fleet_name.localeCompare(b.fleet_name) || byName(a, b),
};

export function matches(device: Device, words: string[]): boolean {
  if (words.length === 0) return true;
  const text = `${device.name}\n${device.id}\n${device.fleet_name}\n${device.phys_id}\n${(device.identities ?? []).map((one) => one.dcn).join("\n")}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
