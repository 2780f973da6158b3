// Signing in and out. A password goes from the prompt to signet's standard input, and is kept nowhere; what signet gets
// for it is in its own file, mode 0600.
import * as vscode from "vscode";
import { list, text } from "../core/model";
import type { Shared } from "../context";

const ask = (title: string, prompt: string, more: vscode.InputBoxOptions = {}) =>
  vscode.window.showInputBox({ title, prompt, ignoreFocusOut: true, ...more });

export async function signIn(shared: Shared): Promise<void> {
  const profile = await currentProfile(shared);
  const isKnown = profile.server !== "";
  const title = isKnown ? `Sign in to ${profile.server}` : "Sign in to a manager";
  const where: string[] = [];
  if (!isKnown) {
    const server = await ask(title, "The manager's address, as https://signet.example.org:8443", { validateInput: (said) => (/^https:\/\/\S+$/.test(said) ? undefined : "It begins with https://") });
    if (!server) return;
    const ca = await vscode.window.showOpenDialog({ title: "The manager's CA certificate (ca.pem in its data folder)", canSelectMany: false, filters: { Certificates: ["pem", "crt"], All: ["*"] } });
    if (!ca?.[0]) return;
    where.push("--server", server, "--ca", ca[0].fsPath);
  }
  const email = await ask(title, "E-mail", { value: profile.email });
  if (!email) return;
  const password = await ask(title, `Password of ${email}`, { password: true });
  if (!password) return;
  const code = await ask(title, "Code of your second factor; leave it empty when you have none");
  if (code === undefined) return;
  await shared.attempt("Signing in", async (signal) => {
    const words = [...where, "login", "--email", email, "--password-stdin", ...(code ? ["--code", code] : [])];
    await shared.signet.ask(words, { input: `${password}\n`, signal });
    await shared.fleet.refresh();
  });
}

async function currentProfile(shared: Shared): Promise<{ server: string; email: string }> {
  const answer = await shared.signet.ask(["profile", "ls"]).catch(() => ({}));
  const current = list(answer, "profiles").find((one) => one["current"] === true) ?? {};
  return { server: text(current, "server"), email: text(current, "email") };
}

export async function setUp(shared: Shared): Promise<void> {
  const title = "Set up a new manager";
  const link = await ask(title, "The setup link that signetd printed; it works once", { validateInput: (said) => (/^https:\/\/\S+#token=\S+$/.test(said) ? undefined : "It begins with https:// and has #token= in it") });
  if (!link) return;
  const email = await ask(title, "Your e-mail: the manager's first account");
  if (!email) return;
  const password = await ask(title, "Your password", { password: true });
  if (!password) return;
  const again = await ask(title, "Your password again", { password: true, validateInput: (said) => (said === password ? undefined : "It is not the same yet") });
  if (again !== password) return;
  await shared.attempt(title, async (signal) => {
    await shared.signet.ask(["setup", link, "--email", email, "--password-stdin"], { input: `${password}\n`, signal });
    await shared.fleet.refresh();
  });
}

export async function signOut(shared: Shared): Promise<void> {
  await shared.attempt("Signing out", async (signal) => {
    await shared.signet.ask(["logout"], { signal });
    await shared.fleet.refresh();
  });
}
