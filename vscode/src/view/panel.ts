// The control panel: a page of ours in the side bar. It gets what is to be shown as one message, and says which command
// a person pressed; any other word of it is not heard. No script and no style but the two files, nothing of the network.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { links } from "../core/chain";
import { ago } from "../core/model";
import type { Shared } from "../context";
import { panelCommands, type PanelModel } from "../page/messages";

export class ControlPanel implements vscode.WebviewViewProvider {
  private view: vscode.WebviewView | undefined;
  constructor(private readonly shared: Shared) {
    shared.onChange(() => this.show());
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    const home = vscode.Uri.joinPath(this.shared.context.extensionUri, "dist");
    view.webview.options = { enableScripts: true, localResourceRoots: [home] };
    view.webview.html = pageOf(view.webview, home);
    view.webview.onDidReceiveMessage((said: unknown) => this.hear(said));
    view.onDidChangeVisibility(() => view.visible && void this.shared.findBoards());
    view.onDidDispose(() => (this.view = undefined));
    void this.shared.findBoards();
    if (this.shared.fleet.state === "asking") void this.shared.fleet.refresh();
  }

  private hear(said: unknown): void {
    if (said === "ready") return this.show();
    const command = panelCommands.find((one) => one === said);
    if (command) void vscode.commands.executeCommand(command);
  }

  private show(): void {
    if (this.view?.visible) void this.view.webview.postMessage(modelOf(this.shared));
  }
}

export function modelOf(shared: Shared): PanelModel {
  const { board, device, fleet, claim, update } = shared;
  const own = board && shared.ownBoards.get(board.console);
  return {
    busy: shared.busy, state: fleet.state, why: fleet.why, server: fleet.server.replace("https://", ""),
    board: board && { name: board.name, detail: board.detail, isOwn: own !== undefined, boots: own ? (own.hasFlash ? "flash" : "program") : "" },
    boards: shared.boards.length,
    device: device && {
      name: device.name, id: device.id, dcn: device.dcn, online: device.online, revoked: device.revoked, firmware: device.firmware,
      seen: device.online ? "online" : device.lastSeen ? `seen ${ago(device.lastSeen, new Date())}` : "never seen",
    },
    claim: claim && claim.device === device?.id ? {
      state: claim.state, dcn: claim.claimed?.dcn ?? "", receipt: claim.claimed?.receipt ?? "",
      link: claim.broken?.link ?? -1, what: claim.broken?.what ?? "", advice: claim.broken?.advice ?? "",
      links: links.map((one) => ({ ...one })),
    } : undefined,
    update: update && update.device === device?.id ? { version: update.version, ...update.progress } : undefined,
  };
}

function pageOf(webview: vscode.Webview, home: vscode.Uri): string {
  const nonce = randomBytes(16).toString("hex");
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(home, name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'; font-src 'none'; img-src 'none'`;
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><title>Control panel</title>
<link rel="stylesheet" href="${file("panel.css")}"></head>
<body><main id="panel"></main><script nonce="${nonce}" src="${file("panel.js")}"></script></body></html>`;
}

