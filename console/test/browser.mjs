// What the walks share: a browser, what is judged on each screen, and a word to the script that runs the programs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

export const scene = JSON.parse(readFileSync(process.argv[2], "utf8"));
const require = createRequire(`${scene.modules}/`);
const { chromium } = require("playwright-core");
export const jsQR = require("jsqr");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const patience = 20_000;
export const wide = { width: 1360, height: 860 }, phone = { width: 390, height: 844 };

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
// The device, or whoever, does something; returns when it is done.
export async function ask(what) {
  console.log(JSON.stringify({ ask: what }));
  const { value } = await answers.next();
  return value;
}

export function expect(condition, what) {
  if (!condition) throw new Error(what);
}

export async function open() {
  return chromium.launch({ executablePath: scene.chromium, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
}

// A page whose errors are failures. `allowed`: what a test provokes itself.
export async function newPage(browser, { size = wide, look = "light", allowed = () => false } = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: size, colorScheme: look, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.wrong = [];
  page.on("pageerror", (error) => page.wrong.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !allowed(message.text())) page.wrong.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(scene.base) && !request.url().startsWith(scene.fresh.base)) page.wrong.push(`asked ${request.url()}`);
  });
  return page;
}

export async function signIn(page, password = scene.password) {
  await page.goto(`${scene.base}/sign-in`);
  await page.getByLabel("E-mail").fill(scene.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export async function settled(page) {
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".loading"));
}

export async function go(page, path) {
  await page.goto(scene.base + path);
  await settled(page);
}

// What no screen may have, whatever it shows.
export async function judge(page, name) {
  const found = await page.evaluate(() => ({
    hacked: window.hacked, wider: document.documentElement.scrollWidth - document.documentElement.clientWidth, failed: document.querySelector(".failure")?.textContent,
  }));
  expect(found.hacked === undefined, `${name}: a script of somebody else ran`);
  expect(found.wider <= 0, `${name}: it is ${found.wider} px wider than the window`);
  expect(!found.failed, `${name}: ${found.failed}`);
  expect(page.wrong.length === 0, `${name}: ${page.wrong.join("; ")}`);
}

const allRules = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] };
export const coloursAlone = { runOnly: { type: "rule", values: ["color-contrast"] } }; // all else is the same in each look
export async function judgeAccess(page, name, rules = allRules) {
  await page.evaluate(axe);
  const result = await page.evaluate((options) => window.axe.run(document, { ...options, resultTypes: ["violations"] }), rules);
  const serious = result.violations.filter((one) => one.impact === "serious" || one.impact === "critical");
  const told = serious.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary?.split("\n")[1] ?? ""}`).join(" | ")}`);
  expect(serious.length === 0, `${name}: ${told.join("; ")}`);
}

const { workspace, pump, lamp } = scene;
export const screens = [
  ["workspaces", "/workspaces"], ["devices", `/w/${workspace}/devices`], ["device", `/w/${workspace}/devices/${pump}`],
  ["data", `/w/${workspace}/devices/${pump}/data`], ["charts", `/w/${workspace}/devices/${pump}/charts`],
  ["jobs", `/w/${workspace}/devices/${lamp}/jobs`], ["device-conditions", `/w/${workspace}/devices/${lamp}/conditions`],
  ["variables", `/w/${workspace}/devices/${lamp}/variables`], ["events", `/w/${workspace}/devices/${lamp}/events`],
  ["device-security", `/w/${workspace}/devices/${pump}/security`], ["conditions", `/w/${workspace}/conditions`], ["fleets", `/w/${workspace}/fleets`],
  ["firmwares", `/w/${workspace}/firmwares`], ["firmware", `/w/${workspace}/firmwares/${scene.firmware}`],
  ["rollouts", `/w/${workspace}/rollouts`], ["device-firmware", `/w/${workspace}/devices/${lamp}/firmware`],
  ["integrations", `/w/${workspace}/integrations`], ["members", `/w/${workspace}/members`], ["keys", `/w/${workspace}/keys`],
  ["settings", `/w/${workspace}/settings`], ["registry", "/manager/registry"], ["unit", `/manager/registry/${scene.dcn}`],
  ["security", "/manager/security"], ["audit", "/manager/audit"], ["system", "/manager/system"], ["account", "/account"],
];

// Runs each in turn; the first that fails ends it, with its name.
export async function run(all) {
  const browser = await open();
  let name = "";
  try {
    for (const test of all) {
      name = test.name.replaceAll("_", " ");
      const begun = Date.now();
      await test(browser);
      console.log(JSON.stringify({ done: name, ms: Date.now() - begun }));
    }
  } catch (error) {
    console.log(JSON.stringify({ failed: name, error: String(error.stack ?? error).slice(0, 3000) }));
    process.exitCode = 1;
  } finally {
    await browser.close();
    process.stdin.destroy();
  }
}
