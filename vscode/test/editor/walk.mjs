// One sitting: claim with a click, live state, Wi-Fi, the console and its traceback, a claim that is refused.
import { ask, claimOfAStranger, expect, run, scene, until } from "./drive.mjs";

async function the_panel_finds_board_and_manager(editor) {
  await editor.showPanel();
  await editor.button("Claim device").waitFor();
  await editor.frame.getByText("virtual board in").waitFor();
  await editor.judge("unclaimed");
}

async function a_click_claims_the_board(editor) {
  await editor.press("Claim device");
  await editor.answer("Its name", "pump");
  await editor.frame.locator('[data-value="dcn"]').waitFor();
  expect((await editor.value("dcn")) === scene.dcn, `the panel shows ${await editor.value("dcn")}, not ${scene.dcn}`);
  await editor.frame.locator('[data-value="Receipt"]').waitFor();
  expect((await editor.value("Receipt")).startsWith("ey"), "the panel shows no receipt");
  expect((await ask("claimed")) === "yes", "the manager knows of no claim");
  await editor.judge("claimed");
}

async function the_tree_shows_it_come_online(editor) {
  const row = editor.page.locator(".monaco-list-row[aria-label*='pump']");
  await row.filter({ hasText: "online" }).waitFor();
  await ask("board stops");
  await row.filter({ hasText: "seen" }).waitFor();
  await ask("board starts");
  await row.filter({ hasText: "online" }).waitFor();
}

async function wi_fi_goes_to_the_element(editor) {
  await editor.press("Secrets");
  await editor.pick("Wi-Fi");
  await editor.answer("Name of the network", "Signet-Lab");
  await editor.answer("Password of Signet-Lab", scene.password);
  await editor.page.getByText("knows the network Signet-Lab").first().waitFor();
  expect((await ask("secrets")) === "wifi.password wifi.ssid", "the board keeps other names");
}

async function the_console_shows_what_the_program_says_and_a_traceback_leads_to_its_line(editor) {
  await editor.press("Console");
  const rows = editor.page.locator(".terminal-wrapper.active .xterm-rows");
  await rows.filter({ hasText: "online:" }).waitFor();
  await ask("program fails");
  await rows.filter({ hasText: "NameError" }).waitFor();
  await editor.page.keyboard.press("Control+Shift+M");
  await editor.page.locator(".markers-panel .monaco-list-row", { hasText: "is not defined" }).first().dblclick();
  await editor.page.locator(".editor-container .monaco-editor .view-lines", { hasText: "undefined_name" }).first().waitFor();
}

async function a_claim_that_is_refused_names_its_link(editor) {
  const refused = await claimOfAStranger(editor);
  expect((await refused.textContent()).startsWith("Manager gives a challenge"), `another link: ${await refused.textContent()}`);
  await until(async () => (await editor.frame.locator(".refusal").textContent()).includes("signet registry import"), "what to do");
  await editor.judge("refused");
}

await run([the_panel_finds_board_and_manager, a_click_claims_the_board, the_tree_shows_it_come_online, wi_fi_goes_to_the_element,
  the_console_shows_what_the_program_says_and_a_traceback_leads_to_its_line, a_claim_that_is_refused_names_its_link]);
