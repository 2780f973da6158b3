import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../core/api";
import { identityOf, matches, type Order, orders, standingOf, standingTones, standingWords } from "../core/devices";
import { count, plural } from "../core/format";
import { type LiveEvent, useLive } from "../core/live";
import { type Load, useAct, useAll } from "../core/load";
import { atLeast, type Device, type Fleet } from "../core/model";
import { navigate, setQuery, usePlace, useTitle } from "../core/router";
import { useRole } from "../core/session";
import { Icon } from "../ui/icon";
import { Badge, Button, Choice, Command, Dialog, Empty, Failure, Loaded, Online, Page, Text, When } from "../ui/parts";
import { VirtualRows } from "../ui/virtual";
import { Move } from "./move";

type Devices = { devices: Device[] };

const filters: [string, string, (device: Device) => boolean][] = [
  ["", "All", () => true],
  ["online", "Online", (one) => one.online],
  ["offline", "Offline", (one) => !one.online],
  ["attention", "Need attention", (one) => standingOf(one) === "quarantined" || standingOf(one) === "revoked"],
  ["unclaimed", "Not claimed", (one) => standingOf(one) === "unclaimed"],
];

function NewDevice(props: { workspace: string; onClose: () => void; onMade: () => void }) {
  const [name, setName] = useState("");
  const [fleet, setFleet] = useState("");
  const [made, setMade] = useState<Device>();
  const fleets = useAll<{ fleets: Fleet[] }>(`/v3/workspaces/${props.workspace}/fleets`, "fleets");
  const act = useAct(async () => {
    const body = { name, ...(fleet ? { fleet_id: fleet } : {}) };
    setMade((await api.post<{ device: Device }>(`/v3/workspaces/${props.workspace}/devices`, body)).device);
    props.onMade();
  });
  if (made) {
    return (
      <Dialog title={`${made.name} is ready to be claimed`} onClose={props.onClose}>
        <p>Connect its board to the machine where you have <code>signet</code>, and let its element prove itself:</p>
        <Command text={`signet device claim ${made.id} --board /dev/ttyUSB0`} />
        <footer><Button kind="primary" onClick={() => navigate(`/w/${props.workspace}/devices/${made.id}`)}>Open the device</Button></footer>
      </Dialog>
    );
  }
  return (
    <Dialog title="New device" onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <Text label="Name" required maxLength={128} autofocus value={name} onValue={setName} hint="What you call it: pump 3, hall north." />
        <Choice label="Fleet" value={fleet} onValue={setFleet}
                options={[["", "The default fleet"], ...(fleets.value?.fleets ?? []).map((one) => [one.id, one.name] as [string, string])]} />
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={props.onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>Make it</Button></footer>
      </form>
    </Dialog>
  );
}

// A device that came or went changes its row, and no other.
function takeStatus(load: Load<Devices>, events: LiveEvent[]) {
  if (events.some((event) => event.stream === "gap")) return load.reload();
  const latest = new Map<string, LiveEvent["data"]>(events.map((event) => [event.data.device_id, event.data]));
  load.change(({ devices }) => ({
    devices: devices.map((one) => {
      const event = latest.get(one.id);
      return event ? { ...one, online: event.type === "connection", last_seen: event.ts ?? one.last_seen } : one;
    }),
  }));
}

function useRowHeight() {
  const [narrow, set] = useState(() => matchMedia("(max-width: 760px)").matches);
  useEffect(() => {
    const query = matchMedia("(max-width: 760px)");
    const look = () => set(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return narrow ? 72 : 48;
}

interface Selection { chosen: Set<string>; toggle: (id: string) => void }

function Row({ device, workspace, selection }: { device: Device; workspace: string; selection: Selection | null }) {
  const standing = standingOf(device);
  const identity = identityOf(device);
  return (
    <>
      <div role="cell" class="c-name">
        {selection && <input type="checkbox" aria-label={`Choose ${device.name}`} checked={selection.chosen.has(device.id)} onChange={() => selection.toggle(device.id)} />}
        <a href={`/w/${workspace}/devices/${device.id}`}>{device.name}</a><span class="mono muted">{device.id}</span>
      </div>
      <div role="cell" class="c-state"><Online online={device.online} /></div>
      <div role="cell" class="c-standing">
        <Badge tone={standingTones[standing]}>{standingWords[standing]}</Badge>
        {identity && identity.assurance !== "hardware" && <Badge tone="warn">{identity.assurance}</Badge>}
      </div>
      <div role="cell" class="c-fleet">{device.fleet_name}</div>
      <div role="cell" class="c-seen"><When at={device.last_seen} /></div>
    </>
  );
}

function Head({ order }: { order: Order }) {
  const column = (name: string, title: string, by?: Order) => (
    <div role="columnheader" class={`c-${name}`} aria-sort={by ? (by === order ? "ascending" : "none") : undefined}>
      {by ? <button type="button" onClick={() => setQuery({ sort: by === "name" ? "" : by })}>{title}{by === order && <Icon name="chevron" />}</button> : title}
    </div>
  );
  return (
    <div role="row" aria-rowindex={1} class="virtual-row">
      {column("name", "Name", "name")}{column("state", "State", "state")}{column("standing", "Identity")}
      {column("fleet", "Fleet", "fleet")}{column("seen", "Last seen", "seen")}
    </div>
  );
}

// Those that were chosen, and what can be done with them.
function Chosen(props: { workspace: string; rows: Device[]; chosen: Set<string>; set: (ids: Set<string>) => void; onEnd: () => void; onMoved: () => void }) {
  const [moving, move] = useState(false);
  const { rows, chosen } = props;
  return (
    <div class="chosen" role="group" aria-label="Chosen devices">
      <strong role="status">{plural(chosen.size, "device")} chosen</strong>
      <Button onClick={() => props.set(new Set(rows.map((one) => one.id)))}>Choose all {count(rows.length)} shown</Button>
      <Button kind="primary" disabled={chosen.size === 0} onClick={() => move(true)}>Move to a fleet …</Button>
      <Button onClick={props.onEnd}>Done</Button>
      {moving && <Move workspace={props.workspace} devices={rows.filter((one) => chosen.has(one.id))} onClose={() => move(false)} onDone={props.onMoved} />}
    </div>
  );
}

function FleetFilter({ workspace, fleet }: { workspace: string; fleet: string }) {
  const fleets = useAll<{ fleets: Fleet[] }>(`/v3/workspaces/${workspace}/fleets`, "fleets");
  const all = fleets.value?.fleets ?? [];
  if (all.length < 2 && !fleet) return null;
  return (
    <label class="inline">Fleet
      <select value={fleet} onChange={(event) => setQuery({ fleet: event.currentTarget.value })}>
        <option value="">all</option>
        {all.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        {fleet && !all.some((one) => one.id === fleet) && <option value={fleet}>{fleet}</option>}
      </select>
    </label>
  );
}

function List(props: { devices: Device[]; workspace: string; choosing: boolean; onEnd: () => void; onMoved: () => void }) {
  const { devices: everyone, workspace } = props;
  const { query } = usePlace();
  const fleet = query.get("fleet") ?? "";
  const devices = useMemo(() => (fleet ? everyone.filter((one) => one.fleet_id === fleet) : everyone), [everyone, fleet]);
  const [chosen, choose] = useState<Set<string>>(new Set());
  useEffect(() => choose(new Set()), [props.choosing]);
  const toggle = (id: string) => choose((now) => {
    const next = new Set(now);
    if (!next.delete(id)) next.add(id);
    return next;
  });
  const height = useRowHeight();
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const filter = filters.find(([name]) => name === (query.get("state") ?? "")) ?? filters[0]!;
  const order = (query.get("sort") ?? "name") as Order;
  const rows = useMemo(
    () => devices.filter((one) => filter[2](one) && matches(one, words)).sort(orders[order] ?? orders.name),
    [devices, filter, order, words.join(" ")]);
  return (
    <>
      <div class="bar">
        <label class="search"><Icon name="search" /><span class="hidden">Search devices</span>
          <input type="search" placeholder="Name, id, fleet or serial number" value={query.get("q") ?? ""} onInput={(event) => setQuery({ q: event.currentTarget.value })} />
        </label>
        <div class="chips" role="group" aria-label="Which devices">
          {filters.map(([name, title, keep]) => (
            <button type="button" key={name} class="chip" aria-pressed={filter[0] === name} onClick={() => setQuery({ state: name })}>
              {title} <span>{count(devices.filter(keep).length)}</span>
            </button>
          ))}
        </div>
        <FleetFilter workspace={workspace} fleet={fleet} />
      </div>
      <p class="hidden" role="status">{plural(rows.length, "device")} shown</p>
      {rows.length === 0 ? (
        <Empty title="No device is like that"><p>Look for something else, or <button type="button" class="as-link" onClick={() => setQuery({ q: "", state: "", fleet: "" })}>show all</button>.</p></Empty>
      ) : (
        <VirtualRows rows={rows} height={height} label="Devices" keyOf={(one) => one.id} head={<Head order={order} />}>
          {(one) => <Row device={one} workspace={workspace} selection={props.choosing ? { chosen, toggle } : null} />}
        </VirtualRows>
      )}
      {props.choosing && <Chosen workspace={workspace} rows={rows} chosen={chosen} set={choose} onEnd={props.onEnd} onMoved={() => { choose(new Set()); props.onMoved(); }} />}
    </>
  );
}

export function Devices({ workspace }: { workspace: string }) {
  useTitle("Devices");
  const base = `/v3/workspaces/${workspace}`;
  const load = useAll<Devices>(`${base}/devices`, "devices");
  const live = useLive(`${base}/events`, { stream: ["status"] }, (events) => takeStatus(load, events));
  const [making, make] = useState(false);
  const [choosing, choose] = useState(false);
  const role = useRole(workspace);
  const all = load.value?.devices;
  const may = atLeast(role, "operator");
  return (
    <Page title="Devices" lead={all && all.length > 0 && `${count(all.filter((one) => one.online).length)} of ${plural(all.length, "device")} online`}
          actions={<><LiveMark state={live} />{may && all && all.length > 0 && <Button aria-pressed={choosing} onClick={() => choose(!choosing)}>Choose</Button>}{may && <Button kind="primary" icon="plus" onClick={() => make(true)}>New device</Button>}</>}>
      <Loaded from={load} what="Loading devices">
        {({ devices }) => devices.length === 0 ? (
          <Empty title="No device yet">
            <p>Make one here, then let a board prove that it is genuine:</p>
            <Command text="signet device create pump" />
            <Command text="signet device claim pump --board /dev/ttyUSB0" />
            {may && <Button kind="primary" onClick={() => make(true)}>New device</Button>}
          </Empty>
        ) : <List devices={devices} workspace={workspace} choosing={choosing} onEnd={() => choose(false)} onMoved={load.reload} />}
      </Loaded>
      {making && <NewDevice workspace={workspace} onClose={() => make(false)} onMade={load.reload} />}
    </Page>
  );
}

export function LiveMark({ state }: { state: "connecting" | "live" | "offline" }) {
  const words = { connecting: "Connecting", live: "Live", offline: "Not live: trying again" };
  return <span class={`live ${state}`} role="status"><i aria-hidden="true" />{words[state]}</span>;
}
