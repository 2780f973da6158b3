import { useState } from "preact/hooks";
import { api, segment } from "../../core/api";
import { assuranceTones, standingTones, standingWords } from "../../core/devices";
import { atLeast, type Device, type Identity, type Role } from "../../core/model";
import { navigate } from "../../core/router";
import { Confirm, type Sure } from "../../ui/confirm";
import { Badge, Button, Card, Command, Empty, Table } from "../../ui/parts";
import type { TabProps } from "../device";

interface Act extends Sure { name: string; needs: Role; after?: () => void }

function removal(workspace: string, device: Device): Act {
  const units = (device.identities ?? []).filter((one) => one.device_id === device.id);
  const keptOut = units.some((one) => one.state === "quarantined" || one.state === "revoked");
  return {
    name: "Remove", title: `Remove ${device.name}?`, needs: "admin", danger: true, wantsName: true, does: `Remove ${device.name}`,
    explains: (
      <>
        <p>{device.name} goes from this workspace, with its readings, jobs, variables and conditions. Its connection ends now. Nothing brings them back.</p>
        <p><strong>What is kept:</strong> {units.length === 0 ? "" : `${units.map((one) => one.dcn).join(", ")} in the registry, ${keptOut ? "kept out as it is now" : "which may be claimed again"}; and `}the audit, which tells what was done to the device and by whom.</p>
      </>
    ),
    run: () => api.remove(`/v3/workspaces/${workspace}/devices/${device.id}`),
    after: () => navigate(`/w/${workspace}/devices`, "replace"),
  };
}

function actsFor(workspace: string, device: Device, identity: Identity): Act[] {
  const base = `/v3/workspaces/${workspace}/devices/${device.id}`, unit = `/v3/registry/${segment(identity.dcn)}`;
  const quarantine: Act = {
    name: "Quarantine", title: `Put ${device.name} into quarantine?`, needs: "operator", danger: false, wantsReason: true, does: `Quarantine ${device.name}`,
    explains: `${device.name} is kept out and its connection ends now. Its claim and its data stay. An admin can let it in again.`,
    run: (reason) => api.post(`${unit}/quarantine`, { reason }),
  };
  const release: Act = {
    name: "Release", title: `Let ${device.name} in again?`, needs: "admin", danger: false, does: `Release ${device.name}`,
    explains: `Its quarantine ends: ${device.name} may connect again, as before.`, run: () => api.post(`${unit}/release`),
  };
  const unclaim: Act = {
    name: "Unclaim", title: `Take the unit off ${device.name}?`, needs: "admin", danger: true, wantsName: true, does: `Unclaim ${device.name}`,
    explains: `The unit ${identity.dcn} no longer belongs to ${device.name}: its connection ends, and whoever holds the board may claim it anew. The device stays here with its data.`,
    run: () => api.remove(`${base}/claim`),
  };
  const revoke: Act = {
    name: "Revoke", title: `Revoke ${device.name} for ever?`, needs: "admin", danger: true, wantsReason: true, wantsName: true, does: `Revoke ${device.name}`,
    explains: `The certificate ${identity.dcn} is refused from now on, for ever, by this manager. Nothing brings it back: the board would need another element.`,
    run: (reason) => api.post(`${base}/revoke`, { reason }),
  };
  if (identity.state === "claimed") return [quarantine, unclaim, revoke];
  if (identity.state === "quarantined") return [release, revoke];
  return [];
}

export function DeviceSecurity({ workspace, device, role, load }: TabProps) {
  const [chosen, choose] = useState<Act | null>(null);
  const all = device.identities ?? [];
  const current = all.find((one) => one.state === "claimed" || one.state === "quarantined");
  const acts = [...(current ? actsFor(workspace, device, current) : []), removal(workspace, device)];
  return (
    <>
      <Card title="Identities">
        {all.length === 0 ? (
          <Empty title="It has no identity yet"><p>Once its element has proved itself, its certificate shows here:</p><Command text={`signet device claim ${device.id} --board /dev/ttyUSB0`} /></Empty>
        ) : (
          <Table label="Identities" columns={["Serial number", "State", "Assurance", "Known by", "SHA-256"]} rows={all} keyOf={(one) => one.fingerprint} cells={(one) => {
            const standing = one.state === "known" ? "unclaimed" : one.state;
            return [<span class="mono">{one.dcn}</span>, <Badge tone={standingTones[standing]}>{standingWords[standing]}</Badge>,
              <Badge tone={assuranceTones[one.assurance]}>{one.assurance}</Badge>, <span class="text">{one.origin}</span>, <span class="mono" title={one.fingerprint}>{one.fingerprint.slice(0, 16)}…</span>];
          }} />
        )}
      </Card>
      <Card title="Actions">
        <ul class="acts">
          {acts.map((act) => (
            <li key={act.name}>
              <div><strong>{act.name}</strong><div class="muted explains">{act.explains}</div>{!atLeast(role, act.needs) && <p class="small">This needs the role {act.needs}{role ? `; yours is ${role}` : ""}.</p>}</div>
              <Button kind={act.danger ? "danger" : undefined} disabled={!atLeast(role, act.needs)} onClick={() => choose(act)}>{act.name} …</Button>
            </li>
          ))}
        </ul>
      </Card>
      {chosen && <Confirm act={chosen} kind="device" name={device.name} onClose={() => choose(null)} onDone={chosen.after ?? load.reload} />}
    </>
  );
}
