// The control panel's page: draws what it is told, tells what was pressed. Text comes as text, never as HTML.
import { part, type Child } from "./part";
import type { PanelCommand, PanelModel } from "./messages";

declare function acquireVsCodeApi(): { postMessage(said: unknown): void };
const editor = acquireVsCodeApi();
const press = (command: PanelCommand) => () => editor.postMessage(command);

interface Look {
  kind?: "primary" | "quiet" | "danger";
  off?: string | undefined; // why it cannot be pressed now
}

function button(words: string, command: PanelCommand, look: Look = {}): HTMLElement {
  const out = part("button", { class: look.kind ?? "", type: "button", "data-command": command, title: look.off ?? "" }, words);
  out.addEventListener("click", press(command));
  if (look.off !== undefined) out.setAttribute("disabled", "");
  return out;
}

function card(title: string, action: HTMLElement | undefined, ...children: Child[]): HTMLElement {
  return part("section", {}, part("header", {}, part("h2", {}, title), action), ...children);
}

function draw(model: PanelModel): void {
  const panel = document.getElementById("panel") as HTMLElement;
  const focused = document.activeElement?.getAttribute("data-command");
  const steps = model.state === "in" ? [update(model), physical(model), cloud(model), claimed(model), work(model)]
    : [session(model), physical(model), work(model)];
  panel.replaceChildren(...[busy(model), ...steps].filter((one): one is HTMLElement => one !== undefined));
  if (focused) panel.querySelector<HTMLElement>(`[data-command="${focused}"]`)?.focus();
}

function busy(model: PanelModel): HTMLElement {
  return part("div", { class: model.busy ? "busy on" : "busy", role: "status" }, part("span", { class: "hidden" }, model.busy));
}

function session(model: PanelModel): HTMLElement {
  switch (model.state) {
    case "asking": return card("Manager", undefined, part("p", { class: "muted" }, "Asking the manager…"));
    case "missing": return card("Manager", undefined, part("p", {}, "The program ", part("code", {}, "signet"), " was not found."), row(button("Say where it is", "signet.openSettings", { kind: "primary" })));
    case "unreachable": return card("Manager", undefined, part("p", { class: "wrong" }, model.why), row(button("Try again", "signet.refresh", { kind: "primary" })));
    default: return card("Manager", undefined, part("p", {}, "You are not signed in."),
      row(button("Sign in", "signet.signIn", { kind: "primary" }), button("Set up a new manager", "signet.setUp")));
  }
}

const row = (...children: Child[]) => part("div", { class: "row" }, ...children);
const dot = (kind: string) => part("span", { class: `dot ${kind}`, "aria-hidden": "true" });
const line = (...children: Child[]) => part("p", { class: "line" }, ...children);

const boots = { program: "runs the program as it is, for development", flash: "boots firmware that you signed", "": "" };

function physical(model: PanelModel): HTMLElement {
  const { board } = model;
  if (!board) {
    const words = model.boards === 0 ? "No board was found on a serial port or in this folder." : `${model.boards} boards are here: choose one.`;
    const choose = model.boards > 0 ? button("Choose", "signet.chooseBoard", { kind: "primary" }) : button("Start a virtual board", "signet.newBoard", { kind: "primary" });
    return card("Physical device", undefined, part("p", { class: "muted" }, words), row(choose, model.boards === 0 ? button("Look again", "signet.chooseBoard") : undefined));
  }
  return card("Physical device", button("Change", "signet.chooseBoard", { kind: "quiet" }),
    line(dot("good"), part("strong", {}, board.name)), part("p", { class: "muted small" }, board.detail),
    board.isOwn ? part("p", { class: "muted small" }, boots[board.boots]) : undefined,
    board.isOwn ? row(board.boots === "program" ? button("Boot signed firmware", "signet.flash", { kind: "quiet" }) : undefined,
      button("Stop it", "signet.stopBoard", { kind: "quiet" })) : undefined);
}

function cloud(model: PanelModel): HTMLElement {
  const { device } = model;
  if (!device) return card("Cloud device", undefined, part("p", { class: "muted" }, "None is chosen. Claiming picks one, or makes one."), row(button("Choose", "signet.chooseDevice")));
  const state = device.revoked ? "revoked" : device.dcn ? device.seen : "not claimed yet";
  return card("Cloud device", button("Change", "signet.chooseDevice", { kind: "quiet" }),
    line(dot(device.revoked ? "bad" : device.online ? "good" : "off"), part("strong", {}, device.name), part("span", { class: "muted" }, state)),
    part("p", { class: "muted small mono" }, device.id),
    device.firmware ? part("p", { class: "muted small" }, `Firmware ${device.firmware}`) : undefined);
}

function claimed(model: PanelModel): HTMLElement {
  const { device, claim } = model;
  const off = model.busy ? "Something runs already" : undefined;
  if (device?.dcn && claim?.state !== "refused") {
    const receipt = claim?.receipt;
    return card("Identity", undefined,
      pair("dcn", device.dcn, "signet.copyDcn"), receipt ? pair("Receipt", receipt, "signet.copyReceipt") : undefined,
      row(button("Show in web console", "signet.openDevice"), button("Unclaim", "signet.unclaim", { kind: "danger", off })));
  }
  return card("Identity", undefined,
    claim?.state === "refused" ? chain(claim) : part("p", { class: "muted" }, "The board's secure element signs, the manager verifies."),
    row(button(claim?.state === "refused" ? "Claim again" : "Claim device", "signet.claim", { kind: "primary", off })));
}

function pair(name: string, value: string, copy: PanelCommand): HTMLElement {
  const button = part("button", { class: "copy", type: "button", "data-command": copy, title: `Copy the ${name}`, "aria-label": `Copy the ${name}` }, "Copy");
  button.addEventListener("click", press(copy));
  return part("div", { class: "pair" }, part("span", { class: "muted" }, name), part("code", { title: value, "data-value": name }, value), button);
}

// The links of a claim in their order; the one that refused is the only one that speaks up.
function chain(claim: NonNullable<PanelModel["claim"]>): HTMLElement {
  const kind = (at: number) => (at < claim.link ? "passed" : at === claim.link ? "refused" : "later");
  const said = { passed: "done", refused: "refused", later: "not reached" };
  const steps = claim.links.map((one, at) => part("li", { class: kind(at) }, part("strong", {}, one.name), ` ${one.does}`, part("span", { class: "hidden" }, `: ${said[kind(at)]}`)));
  return part("div", { class: "refusal", role: "alert" },
    claim.link >= 0 ? part("ol", {}, ...steps) : undefined,
    part("p", {}, claim.what), claim.advice && !claim.what.includes(claim.advice) ? part("p", {}, claim.advice) : undefined);
}

function work(model: PanelModel): HTMLElement {
  const noBoard = model.board ? undefined : "Choose a board first";
  const noDevice = model.device?.dcn ? undefined : "Claim a device first";
  return card("Program", button("New project", "signet.newProject", { kind: "quiet" }), part("div", { class: "grid" },
    button("Build", "signet.build"), button("Run", "signet.run"), button("Console", "signet.console", { off: noBoard }),
    button("Secrets", "signet.secrets", { off: noBoard }), button("Upload firmware", "signet.upload", { off: noDevice }),
    button("Launch update", "signet.update", { off: noDevice })));
}

function update(model: PanelModel): HTMLElement | undefined {
  if (!model.update) return undefined;
  const { version, phase, percent, says, why } = model.update;
  const bar = part("progress", { max: "100", value: String(percent), "aria-label": "downloaded" });
  const kind = phase === "failed" ? "bad" : phase === "done" ? "good" : "warn";
  return card(`Update to ${version}`, undefined, line(dot(kind), part("span", { role: "status" }, says)),
    phase === "downloading" ? bar : undefined, why ? part("p", { class: "wrong" }, why) : undefined);
}

window.addEventListener("message", ({ data }: MessageEvent<PanelModel>) => draw(data));
editor.postMessage("ready");
