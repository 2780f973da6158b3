import { useMemo, useState } from "preact/hooks";
import { api } from "../core/api";
import { count, dayOf, plural } from "../core/format";
import { useAll } from "../core/load";
import { atLeast, type Device, type Fleet } from "../core/model";
import { useTitle } from "../core/router";
import { useRole } from "../core/session";
import { Confirm } from "../ui/confirm";
import { Naming } from "../ui/naming";
import { Badge, Button, Card, Command, Dialog, Empty, Failure, Loaded, Mono, Page, Table } from "../ui/parts";

interface Held { devices: number; online: number }
type Open = { what: "new" } | { what: "rename" | "remove"; fleet: Fleet } | null;

function heldBy(devices: Device[] | undefined): Map<string, Held> {
  const out = new Map<string, Held>();
  for (const one of devices ?? []) {
    const held = out.get(one.fleet_id) ?? { devices: 0, online: 0 };
    out.set(one.fleet_id, { devices: held.devices + 1, online: held.online + Number(one.online) });
  }
  return out;
}

// A fleet goes when it is empty: what to do first is said before anything is asked for.
function Remove(props: { workspace: string; fleet: Fleet; held: Held | undefined; alone: boolean; onClose: () => void; onDone: () => void }) {
  const { fleet, held, onClose } = props;
  const devices = `/w/${props.workspace}/devices?fleet=${fleet.id}`;
  if (held || props.alone) {
    return (
      <Dialog title={`${fleet.name} cannot be removed yet`} onClose={onClose}>
        {held ? <p>It has {plural(held.devices, "device")}. Move them to another fleet first, or remove them.</p>
              : <p>It is the only fleet of this workspace, which needs one for new devices. Make another first.</p>}
        <footer><Button onClick={onClose}>Close</Button>{held && <a class="button primary" href={devices}>Show its devices</a>}</footer>
      </Dialog>
    );
  }
  const act = {
    title: `Remove ${fleet.name}?`, does: `Remove ${fleet.name}`, danger: true,
    explains: <p>The fleet {fleet.name} has no devices, and goes. No device and no reading goes with it.</p>,
    run: () => api.remove(`/v3/workspaces/${props.workspace}/fleets/${fleet.id}`),
  };
  return <Confirm act={act} kind="fleet" name={fleet.name} onClose={onClose} onDone={props.onDone} />;
}

export function Fleets({ workspace }: { workspace: string }) {
  useTitle("Fleets");
  const base = `/v3/workspaces/${workspace}`;
  const fleets = useAll<{ fleets: Fleet[] }>(`${base}/fleets`, "fleets");
  const devices = useAll<{ devices: Device[] }>(`${base}/devices`, "devices");
  const held = useMemo(() => heldBy(devices.value?.devices), [devices.value]);
  const may = atLeast(useRole(workspace), "admin");
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const holds = (fleet: Fleet) => {
    const one = held.get(fleet.id);
    if (!devices.value) return <span class="muted">…</span>;
    return one ? <><a href={`/w/${workspace}/devices?fleet=${fleet.id}`}>{plural(one.devices, "device")}</a> <span class="muted">{count(one.online)} online</span></> : <Badge>empty</Badge>;
  };
  return (
    <Page title="Fleets" lead="Devices that belong together: a site, a customer, a trial. Updates, jobs and integrations can name them."
          actions={may && <Button kind="primary" icon="plus" onClick={() => setOpen({ what: "new" })}>New fleet</Button>}>
      {devices.error && <Failure error={devices.error} retry={devices.reload} />}
      <Loaded from={fleets} what="Loading fleets">
        {({ fleets: all }) => (
          <>
            <Card>
              <Table label="Fleets" columns={["Name", "What it is for", "Devices", "Made", "Id", ""]} rows={all} keyOf={(one) => one.id} cells={(one) => [
                <strong class="text">{one.name}</strong>, <span class="text">{one.description}</span>, holds(one), dayOf(one.created_at), <Mono copy>{one.id}</Mono>,
                may && <span class="row">
                  <Button aria-label={`Rename ${one.name}`} onClick={() => setOpen({ what: "rename", fleet: one })}>Rename …</Button>
                  <Button kind="danger" aria-label={`Remove ${one.name}`} disabled={!devices.value} onClick={() => setOpen({ what: "remove", fleet: one })}>Remove …</Button>
                </span>,
              ]} />
            </Card>
            {all.length < 2 && (
              <Empty title="All devices are in one fleet">
                <p>Make a second one to update a few devices before all others:</p>
                <Command text="signet fleet create trial" />
                <Command text="signet device move pump trial" />
              </Empty>
            )}
            {open?.what === "remove" && <Remove workspace={workspace} fleet={open.fleet} held={held.get(open.fleet.id)} alone={all.length === 1} onClose={close} onDone={fleets.reload} />}
          </>
        )}
      </Loaded>
      {open?.what === "new" && <Naming title="New fleet" does="Make it" save={(named) => api.post(`${base}/fleets`, named)} onClose={close} onDone={fleets.reload} />}
      {open?.what === "rename" && <Naming title={`Name and purpose of ${open.fleet.name}`} does="Save" first={open.fleet} save={(named) => api.put(`${base}/fleets/${open.fleet.id}`, named)} onClose={close} onDone={fleets.reload} />}
    </Page>
  );
}
