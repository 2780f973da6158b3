// Pictures of what the panel may show, light and dark.
import { ask, claimOfAStranger, run, scene } from "./drive.mjs";

async function shoot(editor, name) {
  for (const look of ["light", "dark"]) {
    await editor.page.emulateMedia({ colorScheme: look });
    await editor.page.locator(`.monaco-workbench.vs${look === "dark" ? "-dark" : ":not(.vs-dark)"}`).waitFor();
    await editor.page.waitForTimeout(400); // colours fade
    await editor.page.screenshot({ path: `${scene.pictures}/vscode-${name}-${look}.png` });
  }
}

async function before_the_claim(editor) {
  await editor.showPanel();
  await editor.button("Claim device").waitFor();
  await shoot(editor, "unclaimed");
}

async function claimed_and_running(editor) {
  await editor.press("Claim device");
  await editor.answer("Its name", "pump");
  await editor.frame.locator('[data-value="Receipt"]').waitFor();
  await editor.press("Console");
  await editor.page.locator(".terminal-wrapper.active .xterm-rows").filter({ hasText: "online: True" }).waitFor();
  await editor.page.locator(".monaco-list-row[aria-label*='pump']").filter({ hasText: "online" }).waitFor();
  await editor.page.locator(".pane-header", { hasText: "Examples" }).click();
  await editor.page.locator(".monaco-list-row .label-name", { hasText: "hello" }).click();
  await editor.page.locator(".monaco-editor .view-lines", { hasText: "agent" }).first().waitFor();
  await shoot(editor, "claimed");
}

async function refused(editor) {
  await claimOfAStranger(editor);
  await shoot(editor, "refused");
}

async function signed_out(editor) {
  await ask("sign out");
  await editor.page.locator(".pane-header", { hasText: "Devices" }).hover();
  await editor.page.getByRole("button", { name: "Refresh" }).first().click();
  await editor.button("Sign in").waitFor();
  await shoot(editor, "signed-out");
}

await run([before_the_claim, claimed_and_running, refused, signed_out]);
