// What of firmware and updates several screens show.
import type { Tone } from "../ui/parts";
import type { Update, UpdateStatus } from "./model";

export const updateTones: Record<UpdateStatus, Tone> = { waiting: "plain", pending: "warn", done: "good", failed: "bad", cancelled: "plain" };
export const isOpen = (update: Update) => update.status === "waiting" || update.status === "pending";

// Where it stands, in words: what the device said last, or what it has not said yet.
export function standOf(update: Update, online: boolean): string {
  if (update.status === "waiting") return "waits for its wave of the rollout";
  if (update.progress) return update.progress;
  return online ? "the device was told" : "the device is told as soon as it is there";
}

export const rightVersion = /^[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,31}$/; // as the manager takes it
