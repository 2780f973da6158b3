// An update as it goes, from what `signet fota check` says of one device.
import { object, text } from "./model";
import type { Json } from "./signet";

export type Phase = "waiting" | "asking" | "downloading" | "restarting" | "done" | "failed";
export interface Progress {
  phase: Phase;
  percent: number; // of what is to be downloaded; 0 to 100
  says: string; // for a person
  why: string; // of a failure
}

export const isOver = (progress: Progress) => progress.phase === "done" || progress.phase === "failed";

export function progressOf(answer: Json): Progress {
  const fota = object(answer, "fota");
  const status = text(fota, "status"), step = text(fota, "progress"), version = text(object(fota, "value"), "firmware_version");
  const make = (phase: Phase, says: string, percent = 0, why = ""): Progress => ({ phase, percent, says, why });
  if (status === "done") return make("done", `The device runs ${version} and has confirmed it.`, 100);
  if (status === "failed") return make("failed", "The device keeps the version before.", 0, text(fota, "detail"));
  if (status === "cancelled") return make("failed", "It was cancelled.", 0, text(fota, "detail"));
  if (step === "downloading") {
    const percent = percentOf(fota["percent"]);
    return make("downloading", `Downloading: ${percent} %`, percent);
  }
  if (step.startsWith("done")) return make("restarting", "Downloaded and verified. It restarts on trial: the version before stays until this one is confirmed.", 100);
  if (step !== "") return make("asking", "The device asks for it.");
  return make("waiting", "Waiting for the device.");
}

// [OS, application]: a part that is not updated counts as there.
function percentOf(said: unknown): number {
  const parts = Array.isArray(said) ? said.filter((one): one is number => typeof one === "number") : [];
  const sum = parts.reduce((all, one) => all + Math.min(100, Math.max(0, one)), 0);
  return parts.length === 0 ? 0 : Math.round(sum / parts.length);
}
