// A manufacturer's manifest, read in the browser to show what is in it before and after the manager judged it.
import { derOf, parseCertificate, pemOf } from "./x509";

export interface Unit { uniqueId: string; model: string; dcn: string }

const fromBase64Url = (text: string) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

async function unitOf(entry: any): Promise<Unit> {
  const unit = JSON.parse(new TextDecoder().decode(fromBase64Url(entry.payload)));
  const leaf: string | undefined = unit.publicKeySet?.keys?.flatMap((key: any) => key.x5c?.slice(0, 1) ?? [])[0];
  let dcn = "";
  if (leaf) {
    const subject = (await parseCertificate(pemOf(Uint8Array.from(atob(leaf), (c) => c.charCodeAt(0))))).subject;
    dcn = /(?:^|, )CN=([^,]*)/.exec(subject)?.[1] ?? "";
  }
  return { uniqueId: String(unit.uniqueId ?? ""), model: String(unit.partNumber ?? unit.model ?? ""), dcn: dcn.split(" ")[0]! };
}

export const unitsShownMax = 2000; // all of a larger file are imported all the same

export async function unitsIn(text: string): Promise<{ units: Unit[]; total: number }> {
  const parsed = JSON.parse(text);
  if (!Array.isArray(parsed)) throw new Error("a manifest is a list of units");
  return { units: await Promise.all(parsed.slice(0, unitsShownMax).map(unitOf)), total: parsed.length };
}

// A certificate file holds PEM, or DER.
export async function pemIn(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  if (!text.includes("-----BEGIN CERTIFICATE-----")) return pemOf(bytes);
  derOf(text);
  return text;
}

export interface Dropped { manifest: File | null; text: string; signers: { name: string; pem: string; subject: string; self: boolean }[] }

export async function sort(files: File[], before: Dropped): Promise<Dropped> {
  const out: Dropped = { ...before, signers: [...before.signers] };
  for (const file of files) {
    const isManifest = /\.json$/i.test(file.name) || (await file.slice(0, 1).text()).startsWith("[");
    if (isManifest) {
      out.manifest = file;
      out.text = await file.text();
      continue;
    }
    const pem = await pemIn(file);
    const { subject, issuer } = await parseCertificate(pem);
    out.signers.push({ name: file.name, pem, subject, self: subject === issuer });
  }
  return out;
}
