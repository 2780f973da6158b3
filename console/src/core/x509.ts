// Enough of X.509 (RFC 5280) to show a certificate and to check who signed it: in the reader's own browser, so that
// nobody has to believe the manager about it.

export interface Certificate {
  subject: string; issuer: string; serial: string; notBefore: Date; notAfter: Date; algorithm: string;
  fingerprint: string; // SHA-256 of the DER, hex
  spki: Uint8Array; toBeSigned: Uint8Array; signature: Uint8Array; pem: string;
}

interface Node { tag: number; body: Uint8Array; whole: Uint8Array }

function* read(bytes: Uint8Array): Generator<Node> {
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const tag = bytes[at++]!;
    let length = bytes[at++]!;
    if (length & 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 3) throw new Error("a length that DER does not have");
      length = 0;
      for (let i = 0; i < octets; i++) length = (length << 8) | bytes[at++]!;
    }
    if (at + length > bytes.length) throw new Error("it is cut off");
    yield { tag, body: bytes.subarray(at, at + length), whole: bytes.subarray(start, at + length) };
    at += length;
  }
}
const parts = (bytes: Uint8Array) => [...read(bytes)];

function oid(body: Uint8Array): string {
  const numbers = [Math.floor(body[0]! / 40), body[0]! % 40];
  let value = 0;
  for (const byte of body.subarray(1)) {
    value = value * 128 + (byte & 0x7f);
    if (!(byte & 0x80)) numbers.push(value), (value = 0);
  }
  return numbers.join(".");
}

const names: Record<string, string> = { "2.5.4.3": "CN", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.6": "C", "2.5.4.5": "serialNumber" };
const algorithms: Record<string, string> = {
  "1.2.840.10045.4.3.2": "ECDSA P-256 with SHA-256", "1.2.840.10045.4.3.3": "ECDSA with SHA-384", "1.2.840.113549.1.1.11": "RSA with SHA-256",
};

function name(body: Uint8Array): string {
  return parts(body).flatMap((set) => parts(set.body)).map((pair) => {
    const [type, value] = parts(pair.body);
    const text = new TextDecoder().decode(value!.body);
    const key = oid(type!.body);
    return `${names[key] ?? key}=${text}`;
  }).join(", ");
}

function time(node: Node): Date {
  const text = new TextDecoder().decode(node.body);
  const full = node.tag === 0x17 ? (Number(text.slice(0, 2)) < 50 ? "20" : "19") + text : text;
  return new Date(`${full.slice(0, 4)}-${full.slice(4, 6)}-${full.slice(6, 8)}T${full.slice(8, 10)}:${full.slice(10, 12)}:${full.slice(12, 14)}Z`);
}

export const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
// A copy that is nobody else's: what the browser's cryptography takes.
export const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
export const sha256 = async (bytes: Uint8Array) => new Uint8Array(await crypto.subtle.digest("SHA-256", own(bytes)));

export function derOf(pem: string): Uint8Array {
  const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  if (!body) throw new Error("this is no PEM certificate");
  return Uint8Array.from(atob(body.replace(/\s/g, "")), (c) => c.charCodeAt(0));
}

export function pemOf(der: Uint8Array): string {
  const text = btoa(String.fromCharCode(...der));
  return `-----BEGIN CERTIFICATE-----\n${text.match(/.{1,64}/g)!.join("\n")}\n-----END CERTIFICATE-----\n`;
}

export async function parseCertificate(pem: string): Promise<Certificate> {
  const der = derOf(pem);
  const [toBeSigned, algorithm, signature] = parts(parts(der)[0]!.body);
  const fields = parts(toBeSigned!.body).filter((node) => node.tag !== 0xa0); // the version
  const [serial, , issuer, validity, subject, spki] = fields;
  const [notBefore, notAfter] = parts(validity!.body).map(time);
  const kind = oid(parts(algorithm!.body)[0]!.body);
  return {
    subject: name(subject!.body), issuer: name(issuer!.body), serial: hex(serial!.body), notBefore: notBefore!, notAfter: notAfter!,
    algorithm: algorithms[kind] ?? kind, fingerprint: hex(await sha256(der)), spki: spki!.whole, toBeSigned: toBeSigned!.whole,
    signature: signature!.body.subarray(1), pem,
  };
}

// ECDSA-Sig-Value to R and S of 32 bytes each.
function rawSignature(der: Uint8Array): Uint8Array {
  const out = new Uint8Array(64);
  parts(parts(der)[0]!.body).forEach((number, at) => {
    const bytes = number.body[0] === 0 ? number.body.subarray(1) : number.body;
    out.set(bytes, at * 32 + 32 - bytes.length);
  });
  return out;
}

// Whether `by` has signed `what`, with P-256: all that this product issues and reads.
export async function isSignedBy(what: Certificate, by: Certificate): Promise<boolean> {
  const p256 = { name: "ECDSA", namedCurve: "P-256" };
  try {
    const key = await crypto.subtle.importKey("spki", own(by.spki), p256, false, ["verify"]);
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, own(rawSignature(what.signature)), own(what.toBeSigned));
  } catch {
    return false;
  }
}
