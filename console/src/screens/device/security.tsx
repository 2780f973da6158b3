import { useState } from "preact/hooks";
import { api, segment } from "../../core/api";
import { assuranceTones, standingTones, standingWords } from "../../core/devices";
import { useAct } from "../../core/load";
import { atLeast, type Identity, type Role } from "../../core/model";
import { Badge, Button, Card, Command, Dialog, Empty, Failure, Table, Text } from "../../ui/parts";
import type { TabProps } from "../device";

interface Act {
  name: string; title: string; explains: string; does: string; needs: Role; danger: boolean;
  wantsReason: boolean; wantsName: boolean; run: (reason: string) => Promise<unknown>;
}

// Says what will happen to which device, and wants its name where nothing brings it back.
export function Confirm({ act, device, onClose, onDone }: { act: Act; device: string; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const state = useAct(async () => {
    await act.run(reason);
    onDone();
    onClose();
  });
  const ready = (!act.wantsName || typed === device) && (!act.wantsReason || reason.trim() !== "");
  return (
    <Dialog title={act.title} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (ready) void state.run(); }}>
        <p>{act.explains}</p>
        {act.wantsReason && <Text label="Reason, for the audit" required maxLength={256} autofocus value={reason} onValue={setReason} />}
        {act.wantsName && <Text label={`Write the device's name, ${device}, to confirm`} required value={typed} onValue={setTyped} />}
        {state.error && <Failure error={state.error} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind={act.danger ? "danger" : "primary"} type="submit" disabled={!ready} busy={state.busy}>{act.does}</Button></footer>
      </form>
    </Dialog>
  );
}

function actsFor(workspace: string, device: { id: string; name: string }, identity: Identity): Act[] {
  const base = `/v3/workspaces/${workspace}/devices/${device.id}`, unit = `/v3/registry/${segment(identity.dcn)}`;
  const common = { danger: false, wantsReason: false, wantsName: false };
  const quarantine: Act = {
    ...common, name: "Quarantine", title: `Put ${device.name} into quarantine?`, needs: "operator", wantsReason: true, does: `Quarantine ${device.name}`,
    explains: `${device.name} is kept out and its connection ends now. Its claim and its data stay. An admin can let it in again.`,
    run: (reason) => api.post(`${unit}/quarantine`, { reason }),
  };
  const release: Act = {
    ...common, name: "Release", title: `Let ${device.name} in again?`, needs: "admin", does: `Release ${device.name}`,
    explains: `Its quarantine ends: ${device.name} may connect again, as before.`, run: () => api.post(`${unit}/release`),
  };
  const unclaim: Act = {
    ...common, name: "Unclaim", title: `Take the unit off ${device.name}?`, needs: "admin", danger: true, wantsName: true, does: `Unclaim ${device.name}`,
    explains: `The unit ${identity.dcn} no longer belongs to ${device.name}: its connection ends, and whoever holds the board may claim it anew. The device stays here with its data.`,
    run: () => api.remove(`${base}/claim`),
  };
  const revoke: Act = {
    ...common, name: "Revoke", title: `Revoke ${device.name} for ever?`, needs: "admin", danger: true, wantsReason: true, wantsName: true, does: `Revoke ${device.name}`,
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
  const acts = current ? actsFor(workspace, device, current) : [];
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
      {acts.length > 0 && (
        <Card title="Actions">
          <ul class="acts">
            {acts.map((act) => (
              <li key={act.name}>
                <div><strong>{act.name}</strong><p class="muted">{act.explains}</p>{!atLeast(role, act.needs) && <p class="small">This needs the role {act.needs}{role ? `; yours is ${role}` : ""}.</p>}</div>
                <Button kind={act.danger ? "danger" : undefined} disabled={!atLeast(role, act.needs)} onClick={() => choose(act)}>{act.name} …</Button>
              </li>
            ))}
          </ul>
        </Card>
      )}
      {chosen && <Confirm act={chosen} device={device.name} onClose={() => choose(null)} onDone={load.reload} />}
    </>
  );
}
