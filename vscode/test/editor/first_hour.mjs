// From an empty folder to a board that is updated over the air: what the walkthrough promises, without a real board.
import { ask, expect, run } from "./drive.mjs";

const terminal = (editor) => editor.page.locator(".terminal-wrapper.active .xterm-rows");
const row = (editor) => editor.page.locator(".monaco-list-row[aria-label*='pump']");

async function a_virtual_board_is_started(editor) {
  await editor.showPanel();
  await editor.press("Start a virtual board");
  await editor.frame.getByText("runs the program as it is").waitFor();
}

async function it_is_claimed_and_comes_online(editor) {
  await editor.press("Claim device");
  await editor.answer("Its name", "pump");
  await editor.frame.locator('[data-value="Receipt"]').waitFor();
  await row(editor).filter({ hasText: "online" }).waitFor();
}

async function a_mistake_is_told_at_its_line_before_the_board_has_it(editor) {
  await ask("a mistake");
  await editor.press("Run");
  await editor.page.locator(".markers-panel .monaco-list-row", { hasText: "expected ':'" }).first().waitFor();
}

async function run_brings_the_program_as_it_is_now(editor) {
  await ask("version two");
  await editor.press("Run");
  await terminal(editor).filter({ hasText: "this is two" }).waitFor();
  expect((await editor.page.locator(".markers-panel .monaco-list-row", { hasText: "expected ':'" }).count()) === 0, "the mistake is shown still");
}

async function build_makes_an_image(editor) {
  await editor.press("Build");
  await editor.page.getByText("is built. It is not signed yet").first().waitFor();
}

async function the_board_boots_what_its_owner_signed(editor) {
  await editor.press("Boot signed firmware");
  await editor.frame.getByText("boots firmware that you signed").waitFor();
  await row(editor).filter({ hasText: "online" }).waitFor();
}

async function run_installs_over_the_console(editor) {
  await ask("version three");
  await editor.press("Run");
  await terminal(editor).filter({ hasText: "this is three" }).waitFor();
}

async function an_update_goes_over_the_air_to_its_end(editor) {
  await ask("version four");
  await editor.press("Launch update");
  await editor.page.locator(".monaco-dialog-box").getByRole("button", { name: "Update", exact: true }).click();
  await editor.frame.getByText("The device runs 0.3.0 and has confirmed it.").waitFor({ timeout: 90_000 });
  await terminal(editor).filter({ hasText: "this is four" }).waitFor();
}

await run([a_virtual_board_is_started, it_is_claimed_and_comes_online, a_mistake_is_told_at_its_line_before_the_board_has_it,
  run_brings_the_program_as_it_is_now, build_makes_an_image, the_board_boots_what_its_owner_signed, run_installs_over_the_console,
  an_update_goes_over_the_air_to_its_end]);
