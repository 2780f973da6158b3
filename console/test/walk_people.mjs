// Who comes in, and how.
import { createHmac } from "node:crypto";
import { device, page, pump, enter } from "./ann.mjs";
import { ask, expect, go, judge, judgeAccess, jsQR, newPage, run, scene, signIn } from "./browser.mjs";

export async function a_setup_link_makes_the_first_account(browser) {
  const fresh = await newPage(browser);
  await fresh.goto(scene.fresh.link);
  await fresh.getByRole("heading", { name: "Set up this manager" }).waitFor();
  await judgeAccess(fresh, "setup");
  await fresh.getByLabel("E-mail").fill("first@example.org");
  await fresh.getByLabel("Password").fill(scene.password);
  await fresh.getByRole("button", { name: "Make the first account" }).click();
  await fresh.getByText("No device yet").waitFor();
  expect(!fresh.url().includes("token"), "the token stays in the address bar");
  await judge(fresh, "after setup");
  await judgeAccess(fresh, "no device yet");
  await fresh.context().close();
}

export async function signing_in_takes_the_right_password_and_keeps_the_session_from_scripts(browser) {
  enter(await newPage(browser, { allowed: (text) => text.includes("401") }));
  await page.goto(`${scene.base}${device(pump)}`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await judgeAccess(page, "sign in");
  const bytes = await page.evaluate(() => performance.getEntriesByType("resource").reduce((sum, one) => sum + one.encodedBodySize, 0));
  expect(bytes > 0 && bytes < 100_000, `the first view is ${bytes} bytes`);
  await signIn(page, "something else entirely");
  await page.getByText("This e-mail or password is not right.").waitFor();
  await signIn(page);
  await page.getByRole("heading", { name: "Devices" }).waitFor();
  const seen = await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(!seen.includes("sgs_"), "a script reads the session");
  const [cookie] = await page.context().cookies();
  expect(cookie.name === "__Host-signet" && cookie.httpOnly && cookie.secure && cookie.sameSite === "Strict", JSON.stringify(cookie));
}

function codeOf(secret) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// The drawn path, as somebody else's reader sees it.
function readCode(path) {
  const dark = new Set();
  let size = 0;
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    for (let at = 0; at < Number(run); at++) dark.add(`${Number(x) + at} ${y}`);
    size = Math.max(size, Number(x) + Number(run) + 4);
  }
  const scale = 4, width = size * scale, pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (let at = 0; at < width * width; at++) {
    if (dark.has(`${Math.floor((at % width) / scale)} ${Math.floor(at / width / scale)}`)) pixels.fill(0, at * 4, at * 4 + 3);
  }
  return jsQR(pixels, width, width)?.data;
}

export async function a_second_factor_is_turned_on_and_asked_for() {
  await go(page, "/account");
  await page.getByRole("button", { name: "Turn on …" }).click();
  await page.getByLabel("Password").fill(scene.password);
  await page.getByRole("button", { name: "Go on" }).click();
  await judgeAccess(page, "the key of a second factor");
  const uri = await page.getByRole("link", { name: "open it there" }).getAttribute("href");
  expect(readCode(await page.getByRole("img", { name: "QR code of the key" }).locator("path").getAttribute("d")) === uri, "the QR code says something else");
  const secret = (await page.locator("dialog .command code").textContent()).replaceAll(" ", "");
  await page.getByLabel("Code that it shows now").fill(codeOf(secret));
  await page.getByRole("button", { name: "Turn it on" }).click();
  const recovery = await page.locator(".codes li").first().textContent();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page);
  await page.getByLabel("Code").fill(recovery);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Devices" }).waitFor();
}

export async function a_session_that_ends_leads_to_signing_in_and_back() {
  await go(page, device(pump, "jobs"));
  await ask("all sessions end");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();  // by itself: the stream of events has ended
  expect(page.url().endsWith("/jobs"), "where one was is kept");
  await page.getByLabel("E-mail").fill(scene.email);
  await page.getByLabel("Password").fill(scene.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Jobs" }).waitFor();
}
