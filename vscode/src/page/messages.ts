// What passes between the panel's page and the extension.
export const panelCommands = [
  "signet.claim", "signet.unclaim", "signet.chooseBoard", "signet.chooseDevice", "signet.newBoard", "signet.stopBoard",
  "signet.secrets", "signet.build", "signet.run", "signet.console", "signet.flash", "signet.upload", "signet.update", "signet.newProject",
  "signet.signIn", "signet.setUp", "signet.openDevice", "signet.openSettings", "signet.refresh", "signet.copyDcn", "signet.copyReceipt",
] as const;
export type PanelCommand = (typeof panelCommands)[number];

export interface PanelModel {
  busy: string;
  state: "asking" | "in" | "out" | "missing" | "unreachable";
  why: string;
  server: string;
  boards: number;
  board?: { name: string; detail: string; isOwn: boolean; boots: "program" | "flash" | "" } | undefined;
  device?: { name: string; id: string; dcn: string; online: boolean; revoked: boolean; firmware: string; seen: string } | undefined;
  claim?: { state: "running" | "done" | "refused"; dcn: string; receipt: string; link: number; what: string; advice: string; links: { name: string; does: string }[] } | undefined;
  update?: { version: string; phase: string; percent: number; says: string; why: string } | undefined;
}
