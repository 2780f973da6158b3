import { useState } from "preact/hooks";
import { api } from "../core/api";
import { count, plural, sleep } from "../core/format";
import { useAct, useAll, useLoad } from "../core/load";
import { atLeast, type DeadLetter, type Fleet, type Integration } from "../core/model";
import { useTitle } from "../core/router";
import { useRole } from "../core/session";
import { Badge, Button, Card, Check, Choice, Command, Copy, Dialog, Empty, Facts, Failure, Field, Loaded, Page, Payload, Table, Text, type Tone, When } from "../ui/parts";

const tones: Record<Integration["status"], Tone> = { on: "good", failing: "warn", off: "plain", failed: "bad" };
const told: Record<Integration["stream"], string> = { data: "readings", event: "events", condition: "conditions" };
const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);

function Edit(props: { base: string; of?: Integration; onClose: () => void; onDone: () => void }) {
  const { of } = props;
  const [name, setName] = useState(of?.name ?? "");
  const [url, setUrl] = useState(of?.url ?? "https://");
  const [stream, setStream] = useState<string>(of?.stream ?? "data");
  const [tags, setTags] = useState(of?.tags.join(" ") ?? "");
  const [fleets, setFleets] = useState(of?.fleets ?? []);
  const [token, setToken] = useState("");
  const [secret, setSecret] = useState("");
  const all = useAll<{ fleets: Fleet[] }>(`${props.base}/fleets`, "fleets");
  const act = useAct(async () => {
    const body = { name, url, tags: words(tags), fleets, ...(token ? { token } : {}) };
    if (of) {
      await api.put(`${props.base}/integrations/${of.id}`, body);
      props.onDone();
      return props.onClose();
    }
    setSecret((await api.post<{ secret: string }>(`${props.base}/integrations`, { ...body, stream })).secret);
    props.onDone();
  });
  if (secret) {
    return (
      <Dialog title="It is told from now on" onClose={props.onClose}>
        <p>Each delivery is signed with this secret. It is shown this once:</p>
        <div class="command"><code class="break">{secret}</code><Copy text={secret} label="Copy the secret" /></div>
        <footer><Button kind="primary" onClick={props.onClose}>I have kept it</Button></footer>
      </Dialog>
    );
  }
  return (
    <Dialog title={of ? of.name : "New webhook"} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <Text label="Name" required maxLength={128} autofocus value={name} onValue={setName} />
        <Text label="URL" type="url" required maxLength={1024} value={url} onValue={setUrl} hint="HTTPS, at a public address unless the operator allows more." />
        {!of && <Choice label="What it is told" value={stream} onValue={setStream} options={[["data", "Readings"], ["event", "Events: comings, goings, jobs"], ["condition", "Conditions: what begins and ends"]]} />}
        <Text label="Only these tags" value={tags} onValue={setTags} hint="With blanks between. None: all." />
        <Field label="Only these fleets" hint="None: all.">{() => (
          <div class="checks">{all.value?.fleets.map((one) => (
            <Check key={one.id} label={one.name} checked={fleets.includes(one.id)} onValue={(on) => setFleets(on ? [...fleets, one.id] : fleets.filter((id) => id !== one.id))} />
          ))}</div>
        )}</Field>
        <Text label="Token" type="password" autocomplete="new-password" maxLength={512} value={token} onValue={setToken}
              hint={of?.has_token ? "It has one; what you write here takes its place." : "Sent as X-Auth-Token. May stay empty."} />
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={props.onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>{of ? "Save" : "Make it"}</Button></footer>
      </form>
    </Dialog>
  );
}

function TestResult({ of }: { of: Integration }) {
  const test = of.last_test;
  if (!test) return <span class="muted">not tested</span>;
  if (!test.done) return <span class="muted">on its way</span>;
  if (test.status >= 200 && test.status < 300) return <Badge tone="good">{`answered ${test.status}`}</Badge>;
  return <Badge tone="bad">{test.status ? `answered ${test.status}` : test.error || "no answer"}</Badge>;
}

// What the sink would not have, or what was due when it was turned off.
function DeadLetters({ path, of, may, onDone }: { path: string; of: Integration; may: boolean; onDone: () => void }) {
  const load = useLoad<{ dead_letters: DeadLetter[] }>(`${path}/dead-letters`);
  const act = useAct(async (task: () => Promise<unknown>) => {
    await task();
    await sleep(1000); // a replay is one attempt, and is told when it is over
    load.reload();
    onDone();
  });
  return (
    <details class="dead">
      <summary>{plural(of.dead_letters, "dead letter")}</summary>
      {may && <p class="row"><Button busy={act.busy} disabled={!of.enabled} onClick={() => void act.run(() => api.post(`${path}/dead-letters/replay`))}>Send all again</Button>
        <Button kind="danger" busy={act.busy} onClick={() => void act.run(() => api.remove(`${path}/dead-letters`))}>Throw all away</Button></p>}
      {act.error && <Failure error={act.error} />}
      <Loaded from={load}>
        {({ dead_letters }) => <Table label="Dead letters" columns={["When", "Why", "What", ""]} rows={dead_letters} keyOf={(one) => one.number} cells={(one) => [
          <When at={one.at} />, <span class="text">{one.reason}</span>, <Payload value={one.body} />,
          may && <span class="row"><Button busy={act.busy} disabled={!of.enabled} onClick={() => void act.run(() => api.post(`${path}/dead-letters/${one.number}/replay`))}>Send again</Button>
            <Button kind="danger" busy={act.busy} onClick={() => void act.run(() => api.remove(`${path}/dead-letters/${one.number}`))}>Throw away</Button></span>]} />}
      </Loaded>
    </details>
  );
}

function One(props: { base: string; of: Integration; may: boolean; onEdit: () => void; onDone: () => void }) {
  const { of, base } = props;
  const path = `${base}/integrations/${of.id}`;
  const [removing, remove] = useState(false);
  const test = useAct(async () => {
    await api.post(`${path}/test`);
    for (let turn = 0; turn < 50; turn++) { // its answer has twenty seconds
      const { integration } = await api.get<{ integration: Integration }>(path);
      if (integration.last_test?.done) break;
      await sleep(500);
    }
    props.onDone();
  });
  const turn = useAct(async () => {
    await api.put(path, { enabled: !of.enabled });
    props.onDone();
  });
  const gone = useAct(async () => {
    await api.remove(path);
    remove(false);
    props.onDone();
  });
  return (
    <Card title={<>{of.name} <Badge tone={tones[of.status]}>{of.status}</Badge></>} actions={props.may && (
      <>
        <Button onClick={() => void test.run()} busy={test.busy}>Send a test</Button>
        <Button onClick={() => void turn.run()} busy={turn.busy}>{of.enabled ? "Turn off" : "Turn on"}</Button>
        <Button onClick={props.onEdit}>Change</Button>
        <Button kind="danger" onClick={() => remove(true)}>Remove …</Button>
      </>
    )}>
      {(test.error ?? turn.error) && <Failure error={(test.error ?? turn.error)!} />}
      {of.error && of.failures > 0 && (
        <p class="verdict bad">{plural(of.failures, "failure")} in a row, the last: {of.error}. {of.retry_at ? <>Next attempt: <When at={of.retry_at} /></> : "It was turned off: mend the sink and turn it on again."}</p>
      )}
      <Facts rows={[
        ["Goes to", <span class="mono break">{of.url}</span>], ["Is told", told[of.stream]],
        ["Tags", of.tags.join(", ") || "all"], ["Fleets", of.fleets.join(", ") || "all"],
        ["Delivered", <>{count(of.delivered)}, last <When at={of.delivered_at} /></>], ["Waiting", count(of.waiting)], ["Dropped", count(of.dropped)],
        ["Last test", <TestResult of={of} />],
      ]} />
      {of.dead_letters > 0 && <DeadLetters path={path} of={of} may={props.may} onDone={props.onDone} />}
      {removing && (
        <Dialog title={`Remove ${of.name}?`} onClose={() => remove(false)}>
          <p>{of.name} is told nothing any more, and what waits for it is dropped. Its secret is forgotten.</p>
          {gone.error && <Failure error={gone.error} />}
          <footer><Button onClick={() => remove(false)}>Cancel</Button><Button kind="danger" busy={gone.busy} onClick={() => void gone.run()}>Remove {of.name}</Button></footer>
        </Dialog>
      )}
    </Card>
  );
}

export function Integrations({ workspace }: { workspace: string }) {
  useTitle("Integrations");
  const base = `/v3/workspaces/${workspace}`;
  const load = useAll<{ integrations: Integration[] }>(`${base}/integrations`, "integrations");
  const [editing, edit] = useState<Integration | "new" | null>(null);
  const may = atLeast(useRole(workspace), "admin");
  return (
    <Page title="Integrations" lead="Programs elsewhere that are told of what happens, by signed webhooks."
          actions={<><Button onClick={load.reload} busy={load.busy}>Refresh</Button>{may && <Button kind="primary" icon="plus" onClick={() => edit("new")}>New webhook</Button>}</>}>
      <Loaded from={load} what="Loading integrations">
        {({ integrations }) => integrations.length === 0 ? (
          <Empty title="Nobody else is told yet"><p>A webhook misses nothing: what its sink did not take comes again.</p><Command text="signet integration create sink https://sink.example.org/in --tag temperature" />
            {may && <Button kind="primary" onClick={() => edit("new")}>New webhook</Button>}</Empty>
        ) : integrations.map((one) => <One key={one.id} base={base} of={one} may={may} onEdit={() => edit(one)} onDone={load.reload} />)}
      </Loaded>
      {editing && <Edit base={base} of={editing === "new" ? undefined : editing} onClose={() => edit(null)} onDone={load.reload} />}
    </Page>
  );
}
