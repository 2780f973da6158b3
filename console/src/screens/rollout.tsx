import { useEffect, useState } from "preact/hooks";
import { api } from "../core/api";
import { lasting } from "../core/format";
import { useAct, useLoad } from "../core/load";
import { atLeast, type Firmware, type Rollout, type Update } from "../core/model";
import { countsInWords, goesOn, rolloutTones, sum, waveName } from "../core/rollouts";
import { useTitle } from "../core/router";
import { useRole } from "../core/session";
import { updateTones } from "../core/updates";
import { Confirm } from "../ui/confirm";
import { Badge, Button, Card, Copy, Dialog, Facts, Failure, Loaded, Page, Table, Text, When } from "../ui/parts";

const lookEvery = 2000; // ms, while it goes on
const shownMax = 200;   // updates

function Waves({ of }: { of: Rollout }) {
  return (
    <Card title="Waves">
      <ul>
        {of.counts.map((one, at) => {
          const ended = one.done + one.failed + one.cancelled;
          return (
            <li key={at} class="wave">
              <span><strong>{waveName(of, at)}</strong> {at === of.wave && goesOn(of) && <Badge tone="warn">now</Badge>}</span>
              <progress class={one.failed > 0 ? "bad" : ""} aria-label={`${waveName(of, at)}: ended`} max={Math.max(1, one.devices)} value={ended} />
              <span class="muted">{countsInWords(one)}</span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function Resume(props: { path: string; of: Rollout; onClose: () => void; onDone: () => void }) {
  const { of } = props;
  const [failures, setFailures] = useState(String(of.failures_percent));
  const halted = of.status === "halted";
  const act = useAct(async () => {
    await api.post(`${props.path}/resume`, halted ? { failures_percent: Number(failures) } : {});
    props.onDone();
    props.onClose();
  });
  return (
    <Dialog title="Go on with this rollout?" onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        {halted ? <p>It halted: {of.detail}. To go on, allow more failures than there are.</p> : <p>Devices are told again from where it was paused.</p>}
        {halted && <Text label="Halt above, in percent" type="number" min={0} max={100} required value={failures} onValue={setFailures} />}
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={props.onClose}>Cancel</Button><Button kind={halted ? "danger" : "primary"} type="submit" busy={act.busy}>Resume</Button></footer>
      </form>
    </Dialog>
  );
}

function Updates({ workspace, path, of }: { workspace: string; path: string; of: Rollout }) {
  const load = useLoad<{ updates: Update[] }>(`${path}/updates`, { size: shownMax });
  const stand = JSON.stringify(of.counts);
  useEffect(() => load.reload(), [stand]);
  return (
    <Card title="Devices">
      <Loaded from={load} what="Loading updates">
        {({ updates }) => (
          <>
            <Table label="Updates of this rollout" columns={["Device", "Wave", "Status", "What became of it", "Ended"]} rows={updates} keyOf={(one) => one.id} cells={(one) => [
              <a class="mono" href={`/w/${workspace}/devices/${one.device_id}/firmware`}>{one.device_id}</a>, waveName(of, one.wave ?? 0), <Badge tone={updateTones[one.status]}>{one.status}</Badge>,
              <span class="text">{one.detail || one.progress}</span>, <When at={one.finished_at} none="not yet" />]} />
            {sum(of.counts).devices > shownMax && <p class="muted small">The first {shownMax} are shown.</p>}
          </>
        )}
      </Loaded>
    </Card>
  );
}

export function RolloutScreen({ workspace, rollout: id }: { workspace: string; rollout: string }) {
  const path = `/v3/workspaces/${workspace}/rollouts/${id}`;
  const load = useLoad<{ rollout: Rollout }>(path);
  const one = load.value?.rollout;
  const firmware = useLoad<{ firmware: Firmware }>(one ? `/v3/workspaces/${workspace}/firmwares/${one.firmware_id}` : null);
  const name = one ? `${firmware.value?.firmware.name ?? one.firmware_id} ${one.firmware_version}` : "Rollout";
  const may = atLeast(useRole(workspace), "operator");
  const [open, setOpen] = useState<"resume" | "abort" | null>(null);
  const pause = useAct(async () => {
    await api.post(`${path}/pause`);
    load.reload();
  });
  const live = one !== undefined && goesOn(one);
  useTitle(name);
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(load.reload, lookEvery);
    return () => clearInterval(timer);
  }, [live]);
  const abort = {
    title: `Abort the rollout of ${name}?`, does: "Abort it", danger: true, run: () => api.post(`${path}/abort`),
    explains: <p>Devices that have begun go on to {name}; all others keep what they run. It cannot be resumed.</p>,
  };
  return (
    <Loaded from={load} what="Loading the rollout">
      {({ rollout: of }) => (
        <>
          <p class="crumbs"><a href={`/w/${workspace}/rollouts`}>Rollouts</a></p>
          <Page title={name} lead={<><Badge tone={rolloutTones[of.status]}>{of.status}</Badge> begun <When at={of.created_at} /> <span class="mono">{id}<Copy text={id} label="Copy the id" /></span></>}
                actions={may && goesOn(of) && (
                  <>{of.status === "running" ? <Button icon="pause" busy={pause.busy} onClick={() => void pause.run()}>Pause</Button> : <Button kind="primary" icon="play" onClick={() => setOpen("resume")}>Resume …</Button>}
                    <Button kind="danger" onClick={() => setOpen("abort")}>Abort …</Button></>
                )}>
            {pause.error && <Failure error={pause.error} />}
            {of.status === "halted" && <p class="verdict bad" role="alert">It halted by itself: {of.detail || "too many of a wave failed"}. Look at the devices that failed, then resume with a greater allowance, or abort.</p>}
            <Waves of={of} />
            <Card title="Plan">
              <Facts rows={[
                ["Devices", countsInWords(sum(of.counts))], ["Canaries", String(of.canaries)], ["Waves", of.waves.map((percent) => `${percent} %`).join(", ")],
                ["Between waves", of.soak ? lasting(of.soak) : "no wait"], ["Halts above", `${of.failures_percent} % failures of a wave`],
                ["Back within", lasting(of.return_within)], ["Hours, UTC", of.window || "always"],
                ...(of.detail && of.status !== "halted" ? [["Why it stands so", <span class="text">{of.detail}</span>] as [string, any]] : []),
                ["Ended", <When at={of.finished_at} none="not yet" />],
              ]} />
            </Card>
            <Updates workspace={workspace} path={path} of={of} />
          </Page>
          {open === "resume" && <Resume path={path} of={of} onClose={() => setOpen(null)} onDone={load.reload} />}
          {open === "abort" && <Confirm act={abort} kind="rollout" name={name} onClose={() => setOpen(null)} onDone={load.reload} />}
        </>
      )}
    </Loaded>
  );
}
