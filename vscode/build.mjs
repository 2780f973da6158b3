// Bundles the extension and the panel's page; with --tests also the unit tests, into build/test.
// What is bundled must be ours alone: dist/licences.txt names every package that is not, with its licence.
import { build } from "esbuild";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";

const shared = { bundle: true, minify: true, legalComments: "none", metafile: true, logLevel: "warning" };
rmSync("dist", { recursive: true, force: true });
const node = { ...shared, platform: "node", target: "node18", format: "cjs", external: ["vscode"] };
const outcomes = await Promise.all([
  build({ ...node, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js" }),
  build({ ...shared, entryPoints: ["src/page/panel.ts"], outfile: "dist/panel.js", target: "es2022", format: "iife" }),
  build({ ...shared, entryPoints: ["src/page/panel.css"], outfile: "dist/panel.css" }),
]);
const inputs = outcomes.flatMap((one) => Object.keys(one.metafile.inputs));
const packages = [...new Set(inputs.map((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1]).filter(Boolean))].sort();
const texts = packages.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}`);
writeFileSync("dist/licences.txt", texts.join("\n\n") || "No package of others is part of this extension.\n");

if (process.argv.includes("--tests")) {
  rmSync("build/test", { recursive: true, force: true });
  const tests = readdirSync("test").filter((name) => name.endsWith(".test.ts")).map((name) => `test/${name}`);
  await build({ ...node, minify: false, sourcemap: "inline", entryPoints: tests, outdir: "build/test", outExtension: { ".js": ".cjs" } });
}
