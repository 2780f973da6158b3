// What the screens of rollouts share.
import type { Tone } from "../ui/parts";
import { plural } from "./format";
import type { Rollout, RolloutStatus, WaveCounts } from "./model";

export const rolloutTones: Record<RolloutStatus, Tone> = { running: "warn", paused: "plain", halted: "bad", aborted: "plain", done: "good" };
export const goesOn = (one: Rollout) => one.status === "running" || one.status === "paused" || one.status === "halted";

export function sum(all: WaveCounts[]): WaveCounts {
  const out = { waiting: 0, pending: 0, done: 0, failed: 0, cancelled: 0, devices: 0 };
  for (const one of all) for (const name of Object.keys(out) as (keyof WaveCounts)[]) out[name] += one[name];
  return out;
}

export const waveName = (one: Rollout, wave: number) => (one.canaries > 0 && wave === 0 ? "Canaries" : `Wave ${wave + (one.canaries > 0 ? 0 : 1)}`);

export const countsInWords = (one: WaveCounts) =>
  (["done", "failed", "pending", "waiting", "cancelled"] as const).filter((name) => one[name] > 0).map((name) => `${one[name]} ${name}`).join(", ") || plural(0, "device");

// "10, 50" is waves to 10 %, 50 % and all; null when they do not rise.
export function wavesIn(text: string): number[] | null {
  const all = text.split(/[\s,;%]+/).filter(Boolean).map(Number);
  if (all[all.length - 1] !== 100) all.push(100);
  const rise = all.every((value, at) => Number.isInteger(value) && value >= 1 && value <= 100 && (at === 0 || value > all[at - 1]!));
  return rise && all.length <= 20 ? all : null;
}
