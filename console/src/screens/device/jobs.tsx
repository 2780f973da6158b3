import { useEffect, useState } from "preact/hooks";
import { api, segment } from "../../core/api";
import { parseLoosely, pretty, shown } from "../../core/format";
import { useAct, useLoad } from "../../core/load";
import { atLeast, type Job, type JobStatus, type Twin } from "../../core/model";
import { Badge, Button, Card, Choice, Command, Dialog, Empty, Failure, Field, Loaded, Payload, Table, Text, type Tone, When } from "../../ui/parts";
import type { TabProps } from "../device";

const tones: Record<JobStatus, Tone> = { pending: "plain", done: "good", failed: "bad", expired: "warn", cancelled: "plain" };
const pageSize = 100;
type Jobs = { jobs: Job[] };

interface Argument { name: string; value: string }

const argumentsOf = (rows: Argument[]) => Object.fromEntries(rows.filter((row) => row.name).map((row) => [row.name, parseLoosely(row.value) ?? null]));

// What the program on the board says that it can do: the manifest that its agent sends.
function offered(twin: Twin | undefined): string[] {
  const jobs = (twin?.current.__manifest?.v as { jobs?: unknown } | undefined)?.jobs;
  return Array.isArray(jobs) ? jobs.filter((one): one is string => typeof one === "string") : [];
}

function Arguments({ rows, set }: { rows: Argument[]; set: (rows: Argument[]) => void }) {
  const change = (at: number, by: Partial<Argument>) => set(rows.map((row, i) => (i === at ? { ...row, ...by } : row)));
  return (
    <fieldset class="arguments">
      <legend>Arguments</legend>
      {rows.map((row, at) => (
        <div class="row" key={at}>
          <input aria-label={`Name of argument ${at + 1}`} placeholder="name" value={row.name} onInput={(event) => change(at, { name: event.currentTarget.value })} />
          <input aria-label={`Value of argument ${at + 1}`} placeholder="value" value={row.value} onInput={(event) => change(at, { value: event.currentTarget.value })} />
          <Button kind="quiet" icon="close" aria-label={`Remove argument ${at + 1}`} onClick={() => set(rows.filter((_, i) => i !== at))} />
        </div>
      ))}
      <Button kind="quiet" icon="plus" onClick={() => set([...rows, { name: "", value: "" }])}>Argument</Button>
      <small>12, true and {'{"a": 1}'} are what they look like; anything else is text.</small>
    </fieldset>
  );
}

function Order({ device, offers, known, first, onClose, onDone }: TabProps & { offers: string[]; known: string[]; first: string; onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState(first);
  const [rows, setRows] = useState<Argument[]>([{ name: "", value: "" }]);
  const [raw, setRaw] = useState<string | null>(null);
  const [expires, setExpires] = useState("");
  const [retries, setRetries] = useState("0");
  const act = useAct(async () => {
    const value = raw === null ? argumentsOf(rows) : JSON.parse(raw || "null");
    await api.post(`/v3/devices/${device.id}/jobs/${segment(name)}`, {
      value, retries: Number(retries) || 0, ...(expires ? { expires_in: Number(expires) } : {}),
    });
    onDone();
    onClose();
  });
  return (
    <Dialog title={`Ask ${device.name} to do something`} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <Text label="Job" required list="jobs-known" maxLength={63} pattern="[A-Za-z0-9_.\-]+" autofocus value={name} onValue={setName}
              hint="The name that the program on the board gave it. A pending job of that name is cancelled." />
        <datalist id="jobs-known">{[...new Set([...offers, ...known])].map((one) => <option key={one} value={one} />)}</datalist>
        {raw === null ? <Arguments rows={rows} set={setRows} /> : (
          <Field label="Value, as JSON">{(id) => <textarea id={id} rows={6} class="mono" value={raw} onInput={(event) => setRaw(event.currentTarget.value)} />}</Field>
        )}
        <button type="button" class="as-link" onClick={() => setRaw(raw === null ? pretty(argumentsOf(rows)) : null)}>{raw === null ? "Write JSON instead" : "Fill in a form instead"}</button>
        <div class="pair">
          <Choice label="Waits for the device" value={expires} onValue={setExpires}
                  options={[["", "for ever"], ["60", "a minute"], ["3600", "an hour"], ["86400", "a day"], ["604800", "a week"]]} />
          <Text label="Tell it again after errors" type="number" min={0} max={10} value={retries} onValue={setRetries} />
        </div>
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>Ask</Button></footer>
      </form>
    </Dialog>
  );
}

function Outcome({ job }: { job: Job }) {
  if (job.status === "pending") return <span class="muted">waits for the device</span>;
  return <>{job.detail && <span class="text">{job.detail} </span>}{shown(job.result) !== "null" && <Payload value={job.result} />}</>;
}

export function Jobs(props: TabProps) {
  const { device, role, follow } = props;
  const load = useLoad<Jobs>(`/v3/devices/${device.id}/jobs`, { size: pageSize });
  const twin = useLoad<{ twin: Twin }>(`/v3/devices/${device.id}/twin`);
  const offers = offered(twin.value?.twin);
  const [asking, ask] = useState<string | null>(null);
  useEffect(() => follow((events) => events.some((one) => one.stream === "job" || one.stream === "gap") && load.reload()), [device.id]);
  const cancel = useAct(async (job: Job) => {
    await api.remove(`/v3/devices/${device.id}/jobs/${job.id}`);
    load.reload();
  });
  const older = useAct(async () => {
    const all = load.value!.jobs;
    const more = await api.get<Jobs>(`/v3/devices/${device.id}/jobs`, { size: pageSize, before: all[all.length - 1]!.id });
    load.change((now) => ({ jobs: [...now.jobs, ...more.jobs] }));
  });
  const may = atLeast(role, "operator");
  const known = [...new Set(load.value?.jobs.map((one) => one.name))];
  return (
    <Card title="Jobs" actions={may && <Button kind="primary" icon="plus" onClick={() => ask("")}>Ask for a job</Button>}>
      {may && offers.length > 0 && (
        <p class="row offers"><span class="muted">It offers</span>{offers.map((one) => <button type="button" class="chip" key={one} onClick={() => ask(one)}>{one}</button>)}</p>
      )}
      {cancel.error && <Failure error={cancel.error} retry={cancel.clear} />}
      <Loaded from={load} what="Loading jobs">
        {({ jobs }) => jobs.length === 0 ? (
          <Empty title="Nothing was asked of it yet"><p>What a program offers as a job, you can ask for, here or so:</p><Command text={`signet job schedule blink ${device.id} --arg n 3`} /></Empty>
        ) : (
          <>
            <Table label="Jobs, the last first" columns={["Job", "Status", "Called with", "Outcome", "Asked", ""]} rows={jobs} keyOf={(job) => job.id} cells={(job) => [
              <strong>{job.name}</strong>, <Badge tone={tones[job.status]}>{job.status}</Badge>, <Payload value={job.args} />,
              <Outcome job={job} />, <When at={job.scheduled_at} />,
              may && job.status === "pending" && <Button onClick={() => void cancel.run(job)} busy={cancel.busy} aria-label={`Cancel ${job.name}`}>Cancel</Button>,
            ]} />
            {jobs.length % pageSize === 0 && <Button onClick={() => void older.run()} busy={older.busy}>Older jobs</Button>}
          </>
        )}
      </Loaded>
      {asking !== null && <Order {...props} offers={offers} known={known} first={asking} onClose={() => ask(null)} onDone={load.reload} />}
    </Card>
  );
}
