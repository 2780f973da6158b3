// Many devices: fleets, firmware, updates and rollouts.
import { readFileSync } from "node:fs";
import { device, lamp, page, planted, workspace } from "./ann.mjs";
import { ask, expect, go, judge, judgeAccess, phone, scene } from "./browser.mjs";

export async function a_fleet_is_made_filled_renamed_and_removed_when_it_is_empty() {
  await go(page, `/w/${workspace}/fleets`);
  await page.getByRole("button", { name: "New fleet" }).click();
  await page.getByLabel("Name", { exact: true }).fill("trial");
  await page.getByRole("button", { name: "Make it" }).click();
  const row = page.getByRole("row").filter({ hasText: "trial" });
  await row.getByText("empty").waitFor();
  await go(page, `/w/${workspace}/devices?q=sensor`);
  await page.getByRole("button", { name: "Choose", exact: true }).click();
  await page.getByLabel("Choose sensor 1", { exact: true }).check();
  await page.getByLabel("Choose sensor 2", { exact: true }).check();
  await page.getByText("2 devices chosen").waitFor();
  await judgeAccess(page, "devices chosen");
  await page.getByRole("button", { name: "Move to a fleet …" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Fleet").selectOption({ label: "trial" });
  await judgeAccess(page, "the dialog of moving");
  await dialog.getByRole("button", { name: "Move 2 devices" }).click();
  await page.getByText("0 devices chosen").waitFor();
  await go(page, `/w/${workspace}/fleets`);
  await row.getByRole("link", { name: "2 devices" }).waitFor();
  await row.getByRole("button", { name: "Rename trial" }).click();
  await page.getByLabel("Name", { exact: true }).fill("north trial");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Remove north trial" }).click();
  await page.getByText("It has 2 devices").waitFor();
  await judgeAccess(page, "a fleet that is not empty");
  await page.getByRole("link", { name: "Show its devices" }).click();
  await page.getByText("of 27 devices online").waitFor();
  await page.getByRole("row").filter({ hasText: "sensor 2" }).waitFor();
  expect((await page.getByRole("row").count()) === 3, "only its devices are shown");
  await page.getByRole("button", { name: "Choose", exact: true }).click();
  await page.getByRole("button", { name: "Choose all 2 shown" }).click();
  await page.getByRole("button", { name: "Move to a fleet …" }).click();
  await dialog.getByRole("button", { name: "Move 2 devices" }).click();
  await page.getByText("No device is like that").waitFor();
  await go(page, `/w/${workspace}/fleets`);
  await page.getByRole("button", { name: "Remove north trial" }).click();
  await dialog.getByRole("button", { name: "Remove north trial" }).click();
  await row.waitFor({ state: "detached" });
}

export async function an_image_is_dropped_and_a_device_is_updated_to_it() {
  await go(page, `/w/${workspace}/firmwares/${scene.firmware}`);
  const bytes = readFileSync(scene.image).toString("base64");
  const dropped = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], "next.img"));
    return transfer;
  }, bytes);
  await page.dispatchEvent(".drop", "drop", { dataTransfer: dropped });
  await page.getByText("next.img").waitFor();
  await page.getByLabel("Version", { exact: true }).fill("1.3/0");
  await page.getByText("A version is 1 to 32 letters").waitFor();
  expect(await page.getByRole("button", { name: "Upload 1 image" }).isDisabled(), "a version that stands in no path");
  await judgeAccess(page, "an image before its upload");
  await page.getByLabel("Version", { exact: true }).fill("1.3.0");
  await page.getByRole("button", { name: "Upload 1 image" }).click();
  await page.getByRole("heading", { name: "1.3.0 newest" }).waitFor();
  await go(page, device(lamp, "firmware"));
  const present = page.locator(".card").filter({ hasText: "Last word" });
  await present.getByText("downloading").waitFor();
  await page.getByRole("button", { name: "Update …" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Firmware").selectOption({ label: "lamp" });
  await dialog.getByLabel("Version").selectOption("1.3.0");
  await dialog.getByText("The update that is open is cancelled").waitFor();
  await judgeAccess(page, "the dialog of an update");
  await dialog.getByRole("button", { name: /^Update/ }).click();
  await present.getByText("the device is told as soon as it is there").waitFor();
  await ask("lamp downloads 1.3.0");
  await present.getByText("70 %").waitFor(); // by itself
  await judgeAccess(page, "an update on its way");
  await ask("lamp runs 1.3.0");
  await page.getByRole("row").filter({ hasText: "lamp 1.3.0" }).getByText("it runs").waitFor();
  await judge(page, "updates of a device");
}

export async function a_fleet_is_updated_at_once_and_what_it_is_updated_to_is_not_removed() {
  await go(page, `/w/${workspace}/firmwares/${scene.firmware}`);
  await page.getByRole("button", { name: "Update fleets to 1.3.0" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(planted.name).check();
  await judgeAccess(page, "the dialog of fleets");
  await dialog.getByRole("button", { name: "Update 1 fleet at once" }).click();
  await page.getByRole("heading", { name: "1 device will fetch lamp 1.3.0" }).waitFor();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  const wrong = page.wrong.length;
  await page.getByRole("button", { name: "Remove version 1.3.0" }).click();
  await dialog.getByRole("button", { name: "Remove 1.3.0" }).click();
  await dialog.getByText("devices are being updated to this version").waitFor();
  page.wrong.length = wrong; // the browser tells of the refusal
  await page.keyboard.press("Escape");
  await go(page, device(lamp, "firmware"));
  await page.getByRole("button", { name: "Cancel it …" }).click();
  await dialog.getByRole("button", { name: "Cancel the update" }).click();
  await page.locator(".card").filter({ hasText: "Last word" }).waitFor({ state: "detached" });
  await go(page, `/w/${workspace}/firmwares/${scene.firmware}`);
  await page.getByRole("button", { name: "Remove version 1.3.0" }).click();
  await dialog.getByRole("button", { name: "Remove 1.3.0" }).click();
  await page.getByRole("heading", { name: "1.2.0 newest" }).waitFor();
}

export async function a_rollout_goes_wave_by_wave_and_is_paused_resumed_and_aborted() {
  await go(page, `/w/${workspace}/rollouts`);
  await page.getByText("No rollout yet").waitFor();
  await page.getByRole("button", { name: "New rollout" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Firmware").selectOption({ label: "lamp" });
  await dialog.getByLabel("Version", { exact: true }).selectOption("1.2.0");
  await dialog.getByLabel("default", { exact: true }).check();
  await dialog.getByLabel("Waves, in percent of all").fill("50, 20");
  await dialog.getByText("Waves are percentages that rise").waitFor();
  expect(await dialog.getByRole("button", { name: "Begin" }).isDisabled(), "waves that do not rise");
  await dialog.getByLabel("Waves, in percent of all").fill("50, 100");
  await judgeAccess(page, "the plan of a rollout");
  await dialog.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("heading", { name: "lamp 1.2.0" }).waitFor();
  await page.getByText("Canaries", { exact: true }).first().waitFor();
  await page.getByText("Wave 2").first().waitFor();
  await judgeAccess(page, "a rollout");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("paused", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Resume …" }).click();
  await judgeAccess(page, "the dialog of resuming");
  await dialog.getByRole("button", { name: "Resume" }).click();
  await page.getByText("running", { exact: true }).waitFor();
  const size = page.viewportSize();
  await page.setViewportSize(phone);
  await judge(page, "a rollout on a phone");
  await page.setViewportSize(size);
  await page.getByRole("button", { name: "Abort …" }).click();
  await dialog.getByText("It cannot be resumed").waitFor();
  await dialog.getByRole("button", { name: "Abort it" }).click();
  await page.getByText("aborted", { exact: true }).waitFor();
  await go(page, `/w/${workspace}/rollouts`);
  await page.getByRole("link", { name: "lamp 1.2.0" }).waitFor();
  await judge(page, "rollouts");
}

export async function why_a_rollout_halted_is_said_as_text() {
  const { rollouts: [one] } = await (await page.request.get(`${scene.base}/v3/workspaces/${workspace}/rollouts`)).json();
  const halted = { ...one, status: "halted", detail: planted.error, finished_at: null };
  await page.route("**/v3/workspaces/*/rollouts/*", (route) => route.fulfill({ json: { rollout: halted } }));
  await go(page, `/w/${workspace}/rollouts/${one.id}`);
  await page.getByRole("alert").getByText(planted.error).waitFor();
  await judge(page, "a halted rollout");
  await judgeAccess(page, "a halted rollout");
  await page.getByRole("button", { name: "Resume …" }).click();
  await page.getByRole("dialog").getByLabel("Halt above, in percent").waitFor();
  await page.keyboard.press("Escape");
  await page.unroute("**/v3/workspaces/*/rollouts/*");
}
