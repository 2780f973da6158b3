// A walk through the whole console, in a real browser, against real programs: tests/stories/console.py starts them.
import { device, lamp, page, planted, pump, workspace } from "./ann.mjs";
import { coloursAlone, expect, go, judge, judgeAccess, newPage, patience, phone, run, scene, screens, settled } from "./browser.mjs";
import {
  readings_and_comings_show_while_they_happen,
  a_chart_is_drawn_and_zoomed,
  a_job_is_asked_for_and_its_answer_comes_by_itself,
  a_variable_is_expected_and_confirmed,
  quarantine_names_the_device_and_can_be_lifted,
  a_device_is_removed_by_its_name_and_what_is_kept_is_said,
  the_chain_of_a_certificate_is_checked_in_the_browser,
} from "./walk_device.mjs";
import {
  a_fleet_is_made_filled_renamed_and_removed_when_it_is_empty,
  an_image_is_dropped_and_a_device_is_updated_to_it,
  a_fleet_is_updated_at_once_and_what_it_is_updated_to_is_not_removed,
  a_rollout_goes_wave_by_wave_and_is_paused_resumed_and_aborted,
  why_a_rollout_halted_is_said_as_text,
} from "./walk_fleet.mjs";
import {
  a_setup_link_makes_the_first_account,
  signing_in_takes_the_right_password_and_keeps_the_session_from_scripts,
  a_second_factor_is_turned_on_and_asked_for,
  a_session_that_ends_leads_to_signing_in_and_back,
} from "./walk_people.mjs";
import {
  ten_thousand_devices_scroll_and_are_searched_without_lag,
  three_thousand_messages_at_once_keep_the_page_small_and_quick,
  ten_minutes_of_500_messages_a_second_leave_lists_smooth_and_memory_bounded,
} from "./walk_load.mjs";

async function every_screen_opens_and_is_reachable_for_all() {
  for (const look of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: look });
    for (const [name, path] of screens) {
      await go(page, path);
      await judge(page, name);
      await judgeAccess(page, `${name}, ${look}`, look === "dark" ? coloursAlone : undefined);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
}

async function every_screen_fits_a_phone() {
  const size = page.viewportSize();
  await page.setViewportSize(phone);
  for (const [name, path] of screens) {
    await go(page, path);
    await judge(page, `${name} on a phone`);
  }
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("link", { name: "Members" }).click();
  await page.getByRole("heading", { name: "Members", level: 1 }).waitFor();
  await page.setViewportSize(size);
}

async function what_devices_and_people_write_is_text() {
  await go(page, `/w/${workspace}/devices`);
  await page.getByRole("link", { name: planted.name, exact: true }).waitFor();
  for (const [tab, text] of [["", planted.name], ["data", planted.payload], ["data", planted.tag], ["variables", planted.payload],
                             ["conditions", planted.tag], ["jobs", planted.error], ["firmware", planted.error], ["events", planted.tag]]) {
    await go(page, device(lamp, tab));
    await page.getByText(text).filter({ visible: true }).first().waitFor();
    await judge(page, `planted in ${tab || "a name"}`);
  }
  for (const path of [`/w/${workspace}/fleets`, `/w/${workspace}/firmwares`, `/w/${workspace}/firmwares/${scene.firmware}`, `/w/${workspace}/keys`, `/w/${workspace}/integrations`]) {
    await go(page, path);
    await page.getByText(planted.name).first().waitFor();
    await judge(page, path);
  }
}

async function a_manifest_is_imported_unit_by_unit() {
  await go(page, "/manager/registry");
  await page.getByLabel("Manifest and certificates").setInputFiles(scene.manifest);
  await page.getByRole("button", { name: "Import 1 unit" }).click();
  await page.getByText("0 units added, 1 known already").waitFor();
  await page.getByText("in the registry", { exact: true }).waitFor();
  await judge(page, "registry");
}

async function the_audit_holds_together_and_is_searched() {
  await go(page, "/manager/audit");
  await page.getByRole("button", { name: "Verify the chain" }).click();
  await page.getByText("hold together").waitFor();
  await page.getByRole("searchbox").fill("registry.quarantine seen");
  await page.waitForFunction(() => document.querySelectorAll("table:not([class]) tbody tr").length === 1);
}

async function links_and_the_back_button_are_right() {
  await go(page, `/w/${workspace}/devices?q=pump`);
  await page.getByRole("link", { name: "pump", exact: true }).click();
  await page.getByRole("heading", { name: "pump" }).waitFor();
  await page.getByRole("link", { name: "Jobs" }).click();
  await page.goBack();
  await page.getByRole("heading", { name: "Certificate chain" }).waitFor();
  await page.goBack();
  expect((await page.getByRole("searchbox").inputValue()) === "pump", "the search is forgotten");
  await page.goto(`${scene.base}/no/such/page`);
  await page.getByText("There is no such page").waitFor();
}

async function the_keyboard_reaches_the_content() {
  await go(page, `/w/${workspace}/devices`);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement.textContent === "To the content"), "the first stop is the way to the content");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement.id === "main"), "it leads there");
}

async function nothing_planted_in_a_page_runs(browser) {
  const bad = await newPage(browser, { allowed: () => true });
  const plant = '<script>window.hacked = 1</script><img src="https://evil.example.org/x.png"><img src=x onerror="window.hacked = 2"><a href="javascript:window.hacked=3" id="bait">x</a>';
  await bad.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.effectiveDirective));
  });
  await bad.route(`${scene.base}/sign-in`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace("<body>", `<body>${plant}`) });
  });
  await bad.goto(`${scene.base}/sign-in`);
  await bad.getByRole("heading", { name: "Sign in" }).waitFor();
  await bad.locator("#bait").click();
  const found = await bad.evaluate(() => {
    let assigned = true;
    try {
      document.getElementById("app").innerHTML = "<b>x</b>";
    } catch {
      assigned = false;
    }
    return { hacked: window.hacked, violations: window.violations, assigned };
  });
  expect(found.hacked === undefined, `a planted script ran: ${found.hacked}`);
  expect(!found.assigned, "text became HTML");
  for (const directive of ["script-src-elem", "img-src", "script-src-attr"]) {
    expect(found.violations.includes(directive), `${directive} was not refused: ${found.violations}`);
  }
  await bad.context().close();
}

async function what_does_not_answer_is_told(browser) {
  const lonely = await newPage(browser, { allowed: () => true });
  await lonely.route("**/v3/session", (route) => route.abort());
  await lonely.goto(scene.base);
  await lonely.getByText("The manager does not answer").waitFor();
  await lonely.unroute("**/v3/session");
  await lonely.getByRole("button", { name: "Try again" }).click();
  await lonely.getByRole("heading", { name: "Sign in" }).waitFor({ timeout: patience });
  await lonely.context().close();
  await settled(page);
}

await run([
  a_setup_link_makes_the_first_account, signing_in_takes_the_right_password_and_keeps_the_session_from_scripts,
  every_screen_opens_and_is_reachable_for_all, every_screen_fits_a_phone, what_devices_and_people_write_is_text,
  readings_and_comings_show_while_they_happen, a_chart_is_drawn_and_zoomed, a_job_is_asked_for_and_its_answer_comes_by_itself,
  a_variable_is_expected_and_confirmed, a_fleet_is_made_filled_renamed_and_removed_when_it_is_empty, a_device_is_removed_by_its_name_and_what_is_kept_is_said,
  an_image_is_dropped_and_a_device_is_updated_to_it, a_fleet_is_updated_at_once_and_what_it_is_updated_to_is_not_removed,
  a_rollout_goes_wave_by_wave_and_is_paused_resumed_and_aborted, why_a_rollout_halted_is_said_as_text,
  the_chain_of_a_certificate_is_checked_in_the_browser, quarantine_names_the_device_and_can_be_lifted,
  a_manifest_is_imported_unit_by_unit, the_audit_holds_together_and_is_searched, links_and_the_back_button_are_right,
  the_keyboard_reaches_the_content, ten_thousand_devices_scroll_and_are_searched_without_lag,
  three_thousand_messages_at_once_keep_the_page_small_and_quick,
  ten_minutes_of_500_messages_a_second_leave_lists_smooth_and_memory_bounded, nothing_planted_in_a_page_runs,
  a_session_that_ends_leads_to_signing_in_and_back, a_second_factor_is_turned_on_and_asked_for, what_does_not_answer_is_told,
]);
