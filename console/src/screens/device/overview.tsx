import { useEffect, useState } from "preact/hooks";
import { api, segment } from "../../core/api";
import { assuranceTones, assuranceWords, identityOf, standingTones, standingWords } from "../../core/devices";
import { dayOf } from "../../core/format";
import { useAct, useAll, useLoad } from "../../core/load";
import { atLeast, type Device, type Fleet, type Reading, type Registered } from "../../core/model";
import { ChainCard } from "../../ui/chain";
import { Badge, Button, Card, Choice, Command, Copy, Dialog, Empty, Facts, Failure, Loaded, Payload, Text, When } from "../../ui/parts";
import type { TabProps } from "../device";

function Rename({ device, workspace, onClose, onDone }: TabProps & { onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState(device.name);
  const [fleet, setFleet] = useState(device.fleet_id);
  const fleets = useAll<{ fleets: Fleet[] }>(`/v3/workspaces/${workspace}/fleets`, "fleets");
  const act = useAct(async () => {
    await api.put(`/v3/workspaces/${workspace}/devices/${device.id}`, { name, fleet_id: fleet });
    onDone();
    onClose();
  });
  return (
    <Dialog title="Name and fleet" onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <Text label="Name" required maxLength={128} value={name} onValue={setName} />
        <Choice label="Fleet" value={fleet} onValue={setFleet}
                options={(fleets.value?.fleets ?? [{ id: device.fleet_id, name: device.fleet_name }]).map((one) => [one.id, one.name])} />
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>Save</Button></footer>
      </form>
    </Dialog>
  );
}

// The newest reading of each tag.
function Latest({ workspace, device, follow }: TabProps) {
  const load = useLoad<{ result: Reading[] }>(`/v3/workspaces/${workspace}/data`, { device: device.id, size: 200 });
  useEffect(() => follow((events) => {
    const fresh = events.filter((event) => event.stream === "data").map((event) => event.data as Reading);
    if (fresh.length) load.change(({ result }) => ({ result: [...fresh.reverse(), ...result].slice(0, 400) }));
  }), [device.id]);
  return (
    <Card title="Latest readings" actions={<a href={`/w/${workspace}/devices/${device.id}/data`}>All data</a>}>
      <Loaded from={load}>
        {({ result }) => {
          const byTag = new Map<string, Reading>();
          for (const one of result) if (!byTag.has(one.tag)) byTag.set(one.tag, one);
          if (byTag.size === 0) return <p class="muted">It has said nothing yet.</p>;
          return (
            <dl class="facts">
              {[...byTag.values()].slice(0, 12).map((one) => (
                <div key={one.tag}><dt>{one.tag}</dt><dd><Payload value={one.payload} /> <small class="muted"><When at={one.timestamp_device} /></small></dd></div>
              ))}
            </dl>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Runs({ firmware }: { firmware: Device["firmware"] }) {
  if (!firmware) return <span class="muted">not reported yet</span>;
  return <>{firmware.name} {firmware.version} {firmware.on_trial && "on trial "}<span class="muted">since <When at={firmware.since} /></span></>;
}

export function Overview(props: TabProps) {
  const { device, role, load } = props;
  const [renaming, rename] = useState(false);
  const identity = identityOf(device);
  const registered = useLoad<Registered>(identity ? `/v3/registry/${segment(identity.dcn)}` : null);
  return (
    <div class="columns">
      <div>
        <Card title="Device" actions={atLeast(role, "operator") && <Button onClick={() => rename(true)}>Name and fleet</Button>}>
          <Facts rows={[
            ["Fleet", device.fleet_name], ["Board", device.phys_id || <span class="muted">not reported yet</span>],
            ["Firmware", <Runs firmware={device.firmware} />],
            ["Last seen", <When at={device.last_seen} />], ["Made here", dayOf(device.created_at)],
          ]} />
        </Card>
        <Latest {...props} />
      </div>
      <div>
        {!identity ? (
          <Card title="Identity">
            <Empty title="Not claimed yet">
              <p>Connect its board, and let its element prove that it is genuine:</p>
              <Command text={`signet device claim ${device.id} --board /dev/ttyUSB0`} />
            </Empty>
          </Card>
        ) : (
          <>
            <Card title="Identity">
              <Facts rows={[
                ["Serial number", <span class="mono">{identity.dcn}<Copy text={identity.dcn} /></span>],
                ["State", <Badge tone={standingTones[identity.state === "known" ? "unclaimed" : identity.state]}>{standingWords[identity.state === "known" ? "unclaimed" : identity.state]}</Badge>],
                ["Assurance", <><Badge tone={assuranceTones[identity.assurance]}>{identity.assurance}</Badge> {assuranceWords[identity.assurance]}</>],
                ["Known by", identity.origin], ["Valid until", dayOf(identity.expires_at)],
              ]} />
            </Card>
            <Loaded from={registered}>{(one) => <ChainCard of={one} />}</Loaded>
          </>
        )}
      </div>
      {renaming && <Rename {...props} onClose={() => rename(false)} onDone={load.reload} />}
    </div>
  );
}
