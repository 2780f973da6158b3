// A person at the editor: clicks in a real VSCode server, in Chromium. What is to be done comes as JSON in the file that
// is named; what was seen is printed as JSON lines, and "ask" lines are answered by whoever started us.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

export const scene = JSON.parse(readFileSync(process.argv[2], "utf8"));
const require = createRequire(`${scene.modules}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const rules = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"] };
const patience = 40_000;

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
export async function ask(what) {
  console.log(JSON.stringify({ ask: what }));
  return (await answers.next()).value;
}

export function expect(condition, what) {
  if (!condition) throw new Error(what);
}

export async function until(condition, what) {
  const giveUp = Date.now() + patience;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > giveUp) throw new Error(`waited ${patience / 1000} seconds for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export class Editor {
  static async open(size = { width: 1280, height: 860 }) {
    const editor = new Editor();
    editor.browser = await chromium.launch({ executablePath: scene.chromium, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    const context = await editor.browser.newContext({ viewport: size, reducedMotion: "reduce" });
    editor.page = await context.newPage();
    editor.page.setDefaultTimeout(patience);
    await editor.page.goto(scene.url);
    await editor.page.locator(".monaco-workbench").waitFor();
    return editor;
  }

  async showPanel() {
    await this.page.locator(".activitybar .action-label[aria-label^='Signet']").first().click();
    this.frame = await until(() => this.findPanel(), "the control panel");
  }

  // The page of a webview is two frames down; its name is of no use.
  async findPanel() {
    for (const frame of this.page.frames()) {
      if (await frame.locator("#panel section").count().catch(() => 0)) return frame;
    }
    return undefined;
  }

  button(words) { return this.frame.getByRole("button", { name: words, exact: true }); }
  async press(words) { await this.button(words).click(); }
  async value(name) { return this.frame.locator(`[data-value="${name}"]`).textContent(); }

  // The editor's own input box: what it asks, then the answer.
  async answer(prompt, words) {
    const box = this.page.locator(".quick-input-widget");
    await box.filter({ hasText: prompt }).waitFor();
    const input = box.locator("input[type=text], input[type=password]").first();
    if (words !== undefined) await input.fill(words);
    await input.press("Enter");
  }
  async pick(words) {
    const box = this.page.locator(".quick-input-widget");
    await box.locator(".quick-input-list .monaco-list-row", { hasText: words }).first().click();
  }

  // The panel in both looks: nothing that axe calls serious.
  async judge(name) {
    for (const look of ["dark", "light"]) {
      await this.page.emulateMedia({ colorScheme: look });
      await this.page.locator(`.monaco-workbench.vs${look === "dark" ? "-dark" : ":not(.vs-dark)"}`).waitFor();
      await this.frame.evaluate(axe);
      const { violations } = await this.frame.evaluate((how) => window.axe.run(document, how), rules);
      const serious = violations.filter((one) => one.impact === "serious" || one.impact === "critical");
      const told = serious.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
      expect(serious.length === 0, `${name}, ${look}: ${told.join("; ")}`);
    }
  }

  async close() { await this.browser.close(); }
}

// A board that no manifest names is claimed. What says which link of the chain refused.
export async function claimOfAStranger(editor) {
  await ask("a stranger's board comes");
  await editor.frame.getByRole("button", { name: "Change", exact: true }).first().click();
  await editor.pick("stranger");
  await editor.frame.getByText("stranger", { exact: true }).waitFor();
  await editor.frame.getByRole("button", { name: "Change", exact: true }).nth(1).click();
  await editor.pick("New device");
  await editor.answer("Its name", "spare");
  await editor.press("Claim device");
  const refused = editor.frame.locator(".refusal li.refused");
  await refused.waitFor();
  return refused;
}

// Runs each in turn; the first that fails ends it, with its name and a picture.
export async function run(tests) {
  const editor = await Editor.open();
  let name = "";
  try {
    for (const test of tests) {
      name = test.name.replaceAll("_", " ");
      const begun = Date.now();
      await test(editor);
      console.log(JSON.stringify({ done: name, ms: Date.now() - begun }));
    }
  } catch (error) {
    await editor.page.screenshot({ path: scene.picture }).catch(() => {});
    console.log(JSON.stringify({ failed: name, error: String(error.stack ?? error).slice(0, 3000) }));
    process.exitCode = 1;
  } finally {
    await editor.close();
    process.stdin.destroy();
  }
}
