import { useEffect, useState } from "preact/hooks";
import { api } from "../core/api";
import { lasting, shown } from "../core/format";
import { type LiveEvent, useFollowers, useLive } from "../core/live";
import { useAct, useLoad } from "../core/load";
import type { Condition } from "../core/model";
import { setQuery, usePlace, useTitle } from "../core/router";
import { Badge, Button, Card, Command, Empty, Loaded, Page, Payload, Table, When } from "../ui/parts";
import { Timeline } from "../ui/timeline";
import { LiveMark } from "./devices";

type Told = { conditions: Condition[] };
const pageSize = 500;
const spans: [string, number][] = [["24 hours", 24], ["7 days", 168], ["30 days", 720]];
const kinds: [string, string][] = [["", "All"], ["open", "Open"], ["closed", "Ended"]];

type Follow = (listener: (events: LiveEvent[]) => void) => () => void;

export function ConditionsOf({ path, workspace, follow }: { path: string; workspace?: string; follow?: Follow }) {
  const { query } = usePlace();
  const status = query.get("status") ?? "";
  const load = useLoad<Told>(path, { size: pageSize, status });
  const [hours, setHours] = useState(24);
  useEffect(() => follow?.((events) => events.some((one) => one.stream === "condition" || one.stream === "gap") && load.reload()), [path]);
  const older = useAct(async () => {
    const all = load.value!.conditions;
    const more = await api.get<Told>(path, { size: pageSize, status, before: all[all.length - 1]!.number });
    load.change((now) => ({ conditions: [...now.conditions, ...more.conditions] }));
  });
  const columns = [...(workspace ? ["Device"] : []), "Condition", "State", "Began", "Lasted", "Said"];
  return (
    <>
      <Card title="Timeline" actions={
        <>
          <div class="chips" role="group" aria-label="How far back">
            {spans.map(([name, size]) => <button type="button" key={name} class="chip" aria-pressed={hours === size} onClick={() => setHours(size)}>{name}</button>)}
          </div>
          <Button onClick={load.reload} busy={load.busy}>Refresh</Button>
        </>
      }>
        <Loaded from={load}>{({ conditions }) => <Timeline conditions={conditions} hours={hours} withDevice={!!workspace} />}</Loaded>
      </Card>
      <Card title="Conditions" actions={
        <div class="chips" role="group" aria-label="Which conditions">
          {kinds.map(([name, title]) => <button type="button" key={name} class="chip" aria-pressed={status === name} onClick={() => setQuery({ status: name })}>{title}</button>)}
        </div>
      }>
        <Loaded from={load} what="Loading conditions">
          {({ conditions }) => conditions.length === 0 ? (
            <Empty title="No condition">
              <p>A condition is something that begins and ends: a door that stands open. A device says so on <code>j/up</code>:</p>
              <Command text={'{"key": "condition", "value": {"uuid": "1", "tag": "door", "payload": {"floor": 2}}}'} />
            </Empty>
          ) : (
            <>
              <Table label="Conditions, the last opened first" columns={columns} rows={conditions} keyOf={(one) => one.number} cells={(one) => [
                ...(workspace ? [<a href={`/w/${workspace}/devices/${one.device_id}/conditions`}>{one.device_name}</a>] : []),
                <strong class="text">{one.tag}</strong>, one.finish ? <Badge>ended</Badge> : <Badge tone="warn">open</Badge>, <When at={one.start} />,
                lasting(one.finish ? (one.duration ?? 0) : (Date.now() - Date.parse(one.start)) / 1000),
                <><Payload value={one.payload} />{one.finish && shown(one.payloadf) !== "null" && <> <Payload value={one.payloadf} /></>}</>,
              ]} />
              {conditions.length % pageSize === 0 && <Button onClick={() => void older.run()} busy={older.busy}>Older conditions</Button>}
            </>
          )}
        </Loaded>
      </Card>
    </>
  );
}

export function Conditions({ workspace }: { workspace: string }) {
  useTitle("Conditions");
  const { follow, tell } = useFollowers();
  const live = useLive(`/v3/workspaces/${workspace}/events`, { stream: ["condition"] }, tell);
  return (
    <Page title="Conditions" lead="What has begun on your devices, and what has ended." actions={<LiveMark state={live} />}>
      <ConditionsOf path={`/v3/workspaces/${workspace}/conditions`} workspace={workspace} follow={follow} />
    </Page>
  );
}
