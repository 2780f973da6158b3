// The audit's chain, reckoned anew in the browser: docs/formats/audit.md. Whoever does this need not trust the manager.
//
//   hash(n) = SHA-256(hash(n-1), fields)      a field: its length (4 bytes, big-endian), then UTF-8
import { api } from "./api";
import type { AuditEntry } from "./model";
import { hex, sha256 } from "./x509";

const pageSize = 1000;

export function fieldsOf(entry: AuditEntry): Uint8Array {
  const texts = [String(entry.number), entry.at, entry.actor, entry.action, entry.subject, entry.address, entry.allowed ? "allowed" : "refused", entry.detail];
  if (entry.request_id) texts.push(entry.request_id);
  const parts = texts.map((text) => new TextEncoder().encode(text));
  const out = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

export interface Verified { entries: number; head: string; brokenAt: number | null }

export async function verify(told: (entries: number) => void, signal: AbortSignal): Promise<Verified> {
  let former = new Uint8Array(32), number = 0, chained = false;
  for (;;) {
    const { audit } = await api.get<{ audit: AuditEntry[] }>("/v3/audit", { after: number, size: pageSize }, signal);
    for (const entry of audit) {
      if (entry.number !== number + 1) return { entries: number, head: hex(former), brokenAt: number + 1 };
      number = entry.number;
      if (entry.hash === null) {
        if (chained) return { entries: number, head: hex(former), brokenAt: number };
        continue; // from before there was a chain
      }
      chained = true;
      const fields = fieldsOf(entry), whole = new Uint8Array(32 + fields.length);
      whole.set(former), whole.set(fields, 32);
      former = await sha256(whole);
      if (hex(former) !== entry.hash) return { entries: number, head: hex(former), brokenAt: number };
    }
    told(number);
    if (audit.length < pageSize) return { entries: number, head: hex(former), brokenAt: null };
  }
}
