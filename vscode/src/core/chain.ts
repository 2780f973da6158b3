// A claim goes through five links; signet's message says by its beginning which of them refused (src/cli/claim.cpp).
import type { Refusal } from "./signet";

export const links = [
  { name: "Board", does: "says which unit it is" },
  { name: "Manager", does: "gives a challenge for it" },
  { name: "Element", does: "signs the challenge" },
  { name: "Manager", does: "verifies the signature" },
  { name: "Board", does: "keeps manager and receipt" },
] as const;

export interface Break {
  link: number; // of `links`; -1: before the first
  what: string;
  advice: string;
}

// Beginnings of messages, as signet says them. A test holds them to its source.
export const beginnings: [beginning: string, link: number, advice: string][] = [
  ["the board did not identify itself", 0, "Look whether this is the board's console, and whether it is powered on."],
  ["the board's element has no certificate", 0, "It is blank. The manufacturer's line makes a unit of it."],
  ["the manager gives no challenge for", 1, "Import the manifest that the unit's manufacturer publishes: signet registry import. A unit that somebody else has claimed is to be unclaimed by them first."],
  ["the manager's challenge is not for this claim", 1, "Nothing was signed. Look whether you are signed in to your own manager."],
  ["the board refused to sign", 2, "The board knows another unit, or its element was exchanged. Its console says more."],
  ["the manager refused the element's proof", 3, "Claim again: a challenge lives 5 minutes and serves once."],
  ["the manager's receipt does not verify", 3, "Unclaim the device and look at the manager's log."],
  ["the device is claimed at the manager, but the board did not keep it", 4, "Unclaim the device, then claim again."],
];

const ofTheBoard = [" is in use by another tool", "open the board's console", " is no serial line", " gave no answer to identify"];

export function breakOf(refusal: Refusal): Break {
  const said = refusal.message;
  const what = said.charAt(0).toUpperCase() + said.slice(1);
  const known = beginnings.find(([beginning]) => said.startsWith(beginning));
  if (known) return { link: known[1], what, advice: known[2] };
  if (ofTheBoard.some((words) => what.includes(words))) {
    return { link: 0, what, advice: "Close what else has the line open, plug the board in again, or choose another one." };
  }
  return { link: -1, what, advice: adviceFor(refusal.code) };
}

export function adviceFor(code: string): string {
  switch (code) {
    case "missing": return "Say in the setting signet.programs where the programs are.";
    case "unauthenticated": return "Sign in again.";
    case "forbidden": return "Your role in this workspace does not allow it. An administrator of it can.";
    case "unavailable": return "Look whether the manager runs and is reached from here, then try again.";
    case "usage": return "Bring signet and this extension to the same version.";
    default: return "";
  }
}
