// Workspaces, fleets and devices, with who is here now.
import * as vscode from "vscode";
import { ago, type Device, type Fleet, type Workspace } from "../core/model";
import type { Known } from "../core/fleet_state";
import type { Shared } from "../context";

export interface Node {
  kind: "workspace" | "fleet" | "device";
  id: string;
  workspace: Workspace;
  fleet?: Fleet;
  device?: Device;
}

export class DeviceTree implements vscode.TreeDataProvider<Node> {
  private changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly shared: Shared) {
    shared.onChange(() => this.changed.fire());
  }

  getChildren(node?: Node): Node[] {
    const { known, state } = this.shared.fleet;
    if (state === "out" || state === "missing") return [];
    if (!node) return known.map(({ workspace }) => ({ kind: "workspace", id: workspace.id, workspace }));
    const here = known.find((one) => one.workspace.id === node.workspace.id);
    if (!here) return [];
    if (node.kind === "workspace") return here.fleets.map((fleet) => ({ kind: "fleet", id: fleet.id, workspace: here.workspace, fleet }));
    return devicesOf(here, node.fleet).map((device) => ({ kind: "device", id: device.id, workspace: here.workspace, ...(node.fleet ? { fleet: node.fleet } : {}), device }));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if (node.device) return this.deviceItem(node.device);
    const open = vscode.TreeItemCollapsibleState.Expanded;
    const item = new vscode.TreeItem(node.fleet?.name ?? node.workspace.name, open);
    const here = this.shared.fleet.known.find((one) => one.workspace.id === node.workspace.id);
    const devices = here ? (node.fleet ? devicesOf(here, node.fleet) : here.devices) : [];
    const online = devices.filter((one) => one.online).length;
    item.id = node.id;
    item.contextValue = node.kind;
    item.iconPath = new vscode.ThemeIcon(node.kind === "workspace" ? "organization" : "layers");
    item.description = devices.length === 0 ? "no devices" : `${online} of ${devices.length} online`;
    item.tooltip = node.id;
    return item;
  }

  private deviceItem(device: Device): vscode.TreeItem {
    const item = new vscode.TreeItem(device.name);
    const seen = device.online ? "online" : device.lastSeen ? `seen ${ago(device.lastSeen, new Date())}` : device.dcn ? "never seen" : "not claimed";
    const chosen = this.shared.device?.id === device.id;
    item.id = device.id;
    item.contextValue = device.dcn ? "device.claimed" : "device";
    item.description = device.revoked ? "revoked" : chosen ? `${seen} · chosen` : seen;
    item.iconPath = iconOf(device);
    item.tooltip = tooltipOf(device, seen);
    item.command = { command: "signet.useDevice", title: "Use as cloud device", arguments: [{ device }] };
    item.accessibilityInformation = { label: `${device.name}, ${item.description}` };
    return item;
  }
}

// All devices of a fleet; those of no fleet that is known stand in the first.
function devicesOf(known: Known, fleet: Fleet | undefined): Device[] {
  const isFirst = known.fleets[0]?.id === fleet?.id;
  const isLost = (device: Device) => !known.fleets.some((one) => one.id === device.fleet);
  return known.devices.filter((device) => device.fleet === fleet?.id || (isFirst && isLost(device)));
}

function iconOf(device: Device): vscode.ThemeIcon {
  if (device.revoked) return new vscode.ThemeIcon("circle-slash", new vscode.ThemeColor("problemsErrorIcon.foreground"));
  if (device.online) return new vscode.ThemeIcon("circle-filled", new vscode.ThemeColor("testing.iconPassed"));
  return new vscode.ThemeIcon(device.dcn ? "circle-outline" : "circle-large-outline", new vscode.ThemeColor("disabledForeground"));
}

// Text of others: it is shown as it is, with no markup.
function tooltipOf(device: Device, seen: string): string {
  return [device.name, device.id, device.dcn || "no identity", seen, device.firmware].filter(Boolean).join("\n");
}
