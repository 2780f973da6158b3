// QR codes of every size are read by somebody else's reader. usage: qr.mjs FACTS, whose "modules" is the console's build
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { modules } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const require = createRequire(`${modules}/`);
const read = require("jsqr");
const { transformSync } = require("esbuild");

const source = readFileSync(new URL("../src/core/qr.ts", import.meta.url), "utf8");
const { code } = transformSync(source, { loader: "ts", format: "esm" });
const { symbol, versionMax } = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);

const scale = 3, quiet = 4;
function picture(rows) {
  const size = (rows.length + 2 * quiet) * scale, out = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (rows[Math.floor(y / scale) - quiet]?.[Math.floor(x / scale) - quiet]) out.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3);
    }
  }
  return [out, size, size];
}

const seen = new Set();
let wrong = 0;
for (let length = 1; length <= 666; length += 5) {
  const text = Array.from({ length }, (_, at) => String.fromCharCode(33 + ((at * 37 + length) % 90))).join("");
  const rows = symbol(text), found = read(...picture(rows));
  seen.add(found?.version);
  if (found?.data !== text || rows.length !== 17 + 4 * found.version) wrong++;
}
let refused = false;
try {
  symbol("x".repeat(667));
} catch {
  refused = true;
}
console.log(JSON.stringify({ versions: seen.size, of: versionMax, wrong, refused }));
process.exitCode = wrong === 0 && refused && seen.size === versionMax ? 0 : 1;
