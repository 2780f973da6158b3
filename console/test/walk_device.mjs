// One device: what it says, what is asked of it, who may keep it out.
import { device, lamp, page, pump, workspace } from "./ann.mjs";
import { ask, expect, go, judge, judgeAccess, scene } from "./browser.mjs";

export async function readings_and_comings_show_while_they_happen() {
  await go(page, `/w/${workspace}/devices?q=bulb`);
  const row = page.getByRole("row").filter({ hasText: "bulb" });
  await row.getByText("Offline").waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
  await ask("bulb comes");
  await row.getByText("Online").waitFor();
  await go(page, device(pump, "data"));
  const newest = page.locator(".console tbody tr").first();
  const before = await newest.textContent();
  await page.waitForFunction((text) => document.querySelector(".console tbody tr").textContent !== text, before);
  await ask("bulb goes");
}

export async function a_chart_is_drawn_and_zoomed() {
  await go(page, device(pump, "charts"));
  const canvas = page.locator(".plot canvas");
  await canvas.waitFor();
  await page.getByText("Average", { exact: true }).waitFor();
  const box = await page.locator(".u-over").boundingBox();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.99, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.getByRole("button", { name: "Zoom out" }).click();
  await page.getByRole("button", { name: "Refresh" }).waitFor();
  await judge(page, "charts");
}

export async function a_job_is_asked_for_and_its_answer_comes_by_itself() {
  await go(page, device(lamp, "jobs"));
  await page.getByRole("button", { name: "blink", exact: true }).click();  // the device says that it can
  expect((await page.getByLabel("Job", { exact: true }).inputValue()) === "blink", "the form has its name");
  await page.getByLabel("Name of argument 1").fill("n");
  await page.getByLabel("Value of argument 1").fill("3");
  await judgeAccess(page, "the form of a job");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByText('{"n":3}').first().waitFor();
  await ask("lamp fails blink");
  await page.getByRole("row").filter({ hasText: "blink" }).first().getByText("failed", { exact: true }).waitFor();
  await judge(page, "jobs");
}

export async function a_variable_is_expected_and_confirmed() {
  await go(page, device(lamp, "variables"));
  await page.getByRole("button", { name: "Set one" }).click();
  await page.getByLabel("Name", { exact: true }).fill("speed");
  await page.getByLabel("Value", { exact: true }).fill("1200");
  await page.getByRole("button", { name: /^Expect it of/ }).click();
  await page.getByText("not confirmed").waitFor();
  await ask("lamp confirms speed");
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByText("not confirmed").waitFor({ state: "detached" });
}

export async function quarantine_names_the_device_and_can_be_lifted() {
  await go(page, device(pump, "security"));
  await page.getByRole("button", { name: "Quarantine …" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("pump is kept out").waitFor();
  const act = dialog.getByRole("button", { name: "Quarantine pump" });
  expect(await act.isDisabled(), "a reason is wanted");
  await judgeAccess(page, "the dialog of quarantine");
  await dialog.getByLabel("Reason, for the audit").fill("seen twice");
  await act.click();
  await page.getByText("In quarantine").first().waitFor();
  await page.getByRole("button", { name: "Revoke …" }).click();
  await dialog.getByLabel("Reason, for the audit").fill("stolen");
  expect(await dialog.getByRole("button", { name: "Revoke pump" }).isDisabled(), "its name is wanted");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Release …" }).click();
  await dialog.getByRole("button", { name: "Release pump" }).click();
  await page.getByText("Claimed").first().waitFor();
}

export async function a_device_is_removed_by_its_name_and_what_is_kept_is_said() {
  const made = await page.request.get(`${scene.base}/v3/workspaces/${workspace}/devices?name=sensor 24`);
  await go(page, device((await made.json()).devices[0].id, "security"));
  await page.getByRole("button", { name: "Remove …" }).click();
  const dialog = page.getByRole("dialog", { name: "Remove sensor 24?" });
  await dialog.getByText("What is kept").waitFor();
  await judgeAccess(page, "the dialog of removal");
  expect(await dialog.getByRole("button", { name: "Remove sensor 24" }).isDisabled(), "its name is wanted");
  await dialog.getByLabel("Write the device's name, sensor 24, to confirm").fill("sensor 24");
  await dialog.getByRole("button", { name: "Remove sensor 24" }).click();
  await page.getByText("of 26 devices online").waitFor();
}

export async function the_chain_of_a_certificate_is_checked_in_the_browser() {
  await go(page, device(pump));
  await page.getByText("Checked in this browser: the signer's key signed this certificate").waitFor();
}
