// What a board's element keeps sealed. A value goes from the prompt to signet's standard input and from there to the
// element: nothing of it stays in the editor, and no command brings it back.
import * as vscode from "vscode";
import type { Board } from "../core/boards";
import { confirmed, type Shared } from "../context";
import { chooseBoard } from "./choose";

export async function secrets(shared: Shared): Promise<void> {
  const board = shared.board ?? (await chooseBoard(shared));
  if (!board) return;
  const title = `Secrets of ${board.name}`;
  const names = await shared.attemptOnBoard(title, (signal) => ask(shared, board, ["ls"], signal));
  if (!names) return;
  const kept = Array.isArray(names["names"]) ? names["names"].map(String) : [];
  const wifi = { label: "$(radio-tower) Wi-Fi", description: kept.includes("wifi.ssid") ? "is set; set it again" : "network and password" };
  const other = { label: "$(key) Another secret", description: "as api.key" };
  const remove = kept.map((name) => ({ label: `$(trash) Remove ${name}`, name }));
  const said = await vscode.window.showQuickPick([wifi, other, ...remove], { title, placeHolder: "Its element keeps them sealed; none can be read back" });
  if (said === wifi) await setWifi(shared, board);
  else if (said === other) await setOther(shared, board);
  else if (said && "name" in said) await forget(shared, board, said.name);
}

const ask = (shared: Shared, board: Board, words: string[], signal: AbortSignal, input?: string) =>
  shared.signet.ask(["secret", ...words, "--board", board.console, "--baud", String(shared.setting("baud", 115200))],
    { signal, ...(input === undefined ? {} : { input: `${input}\n` }) });

const prompt = (title: string, words: string, password: boolean) =>
  vscode.window.showInputBox({ title, prompt: words, password, ignoreFocusOut: true, validateInput: (said) => (said === "" ? "It may not be empty" : undefined) });

async function setWifi(shared: Shared, board: Board): Promise<void> {
  const title = `Wi-Fi of ${board.name}`;
  const ssid = await prompt(title, "Name of the network", false);
  if (!ssid) return;
  const password = await prompt(title, `Password of ${ssid}`, true);
  if (!password) return;
  const done = await shared.attemptOnBoard(title, async (signal) => {
    await ask(shared, board, ["set", "wifi.ssid", "--file", "-"], signal, ssid);
    return ask(shared, board, ["set", "wifi.password", "--file", "-"], signal, password);
  });
  if (done) void vscode.window.showInformationMessage(`${board.name} knows the network ${ssid}: the program says wifi.configure()`);
}

async function setOther(shared: Shared, board: Board): Promise<void> {
  const title = `A secret of ${board.name}`;
  const name = await vscode.window.showInputBox({
    title, prompt: "Its name, as the program asks for it: secret.get(\"api.key\")", ignoreFocusOut: true,
    validateInput: (said) => (/^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(said) ? undefined : "letters, digits, . _ -, at most 64, a letter first"),
  });
  if (!name) return;
  const value = await prompt(title, `Value of ${name}`, true);
  if (!value) return;
  const done = await shared.attemptOnBoard(title, (signal) => ask(shared, board, ["set", name, "--file", "-"], signal, value));
  if (done) void vscode.window.showInformationMessage(`${board.name} keeps ${name} sealed`);
}

async function forget(shared: Shared, board: Board, name: string): Promise<void> {
  if (!(await confirmed(`Remove ${name} from ${board.name}?`, "Programs that need it will not get it.", "Remove"))) return;
  await shared.attemptOnBoard(`Removing ${name}`, (signal) => ask(shared, board, ["rm", name], signal));
}
