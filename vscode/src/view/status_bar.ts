// One line at the bottom: board and device, and whether they are one.
import * as vscode from "vscode";
import type { Shared } from "../context";

export function addStatusBar(shared: Shared): void {
  const item = vscode.window.createStatusBarItem("signet.status", vscode.StatusBarAlignment.Left, 10);
  item.name = "Signet";
  item.command = "signet.panel.focus";
  const show = () => {
    const { device, board, fleet } = shared;
    const online = device?.online ? "online" : "offline";
    item.text = shared.busy ? `$(loading~spin) ${shared.busy}`
      : fleet.state === "out" ? "$(verified) Signet: signed out"
      : device ? `$(${device.dcn ? "verified-filled" : "verified"}) ${device.name}: ${device.dcn ? online : "not claimed"}`
      : `$(verified) Signet${board ? `: ${board.name}` : ""}`;
    item.tooltip = [board && `Board: ${board.name}`, device && `Device: ${device.name} (${device.id})`, device?.dcn, fleet.server].filter(Boolean).join("\n");
    item.show();
  };
  show();
  shared.context.subscriptions.push(item, shared.onChange(show));
}
