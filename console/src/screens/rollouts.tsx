import { useEffect, useState } from "preact/hooks";
import { api } from "../core/api";
import { useAct, useAll } from "../core/load";
import { atLeast, type Firmware, type Rollout } from "../core/model";
import { countsInWords, rolloutTones, sum, wavesIn } from "../core/rollouts";
import { navigate, useTitle } from "../core/router";
import { useRole } from "../core/session";
import { Badge, Button, Card, Command, Dialog, Empty, Failure, Loaded, Page, Table, Text, When } from "../ui/parts";
import { useFleets, useTarget } from "./update_order";

const lookEvery = 5000; // ms, while one is running

function Plan(props: { workspace: string; onClose: () => void }) {
  const { workspace } = props;
  const target = useTarget(workspace);
  const fleets = useFleets(workspace);
  const [canaries, setCanaries] = useState("1");
  const [waves, setWaves] = useState("10, 50, 100");
  const [soak, setSoak] = useState("10");
  const [failures, setFailures] = useState("5");
  const [hours, setHours] = useState("");
  const plan = wavesIn(waves);
  const act = useAct(async () => {
    const made = await api.post<{ rollout: Rollout }>(`/v3/workspaces/${workspace}/rollouts`, {
      firmware_id: target.firmware, firmware_version: target.version, fleets: fleets.chosen, canaries: Number(canaries), waves: plan,
      soak: Math.round(Number(soak) * 60), failures_percent: Number(failures), ...(hours.trim() ? { window: hours.trim() } : {}),
    });
    navigate(`/w/${workspace}/rollouts/${made.rollout.id}`);
  });
  const ready = target.ready && plan !== null && fleets.chosen.length > 0;
  return (
    <Dialog title="New rollout" onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (ready) void act.run(); }}>
        {target.fields}
        {fleets.fields}
        <Text label="Canaries" type="number" min={0} required value={canaries} onValue={setCanaries} hint="Devices of a wave of their own, before all others." />
        <Text label="Waves, in percent of all" required value={waves} onValue={setWaves} hint="Each begins when the one before it went well." />
        {!plan && <p class="wrong" role="alert">Waves are percentages that rise to 100, as 10, 50, 100.</p>}
        <div class="pair">
          <Text label="Minutes between waves" type="number" min={0} max={43_200} required value={soak} onValue={setSoak} />
          <Text label="Halt above, in percent" type="number" min={0} max={100} required value={failures} onValue={setFailures} hint="Failures of a wave." />
        </div>
        <Text label="Hours of the day, UTC" placeholder="22:00-04:00" value={hours} onValue={setHours} hint="When devices are told; empty: always." />
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={props.onClose}>Cancel</Button><Button kind="primary" type="submit" disabled={!ready} busy={act.busy}>Begin</Button></footer>
      </form>
    </Dialog>
  );
}

export function Rollouts({ workspace }: { workspace: string }) {
  useTitle("Rollouts");
  const base = `/v3/workspaces/${workspace}`;
  const load = useAll<{ rollouts: Rollout[] }>(`${base}/rollouts`, "rollouts");
  const firmwares = useAll<{ firmwares: Firmware[] }>(`${base}/firmwares`, "firmwares");
  const may = atLeast(useRole(workspace), "operator");
  const [making, make] = useState(false);
  const running = load.value?.rollouts.some((one) => one.status === "running");
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(load.reload, lookEvery);
    return () => clearInterval(timer);
  }, [running]);
  const nameOf = (one: Rollout) => `${firmwares.value?.firmwares.find((each) => each.id === one.firmware_id)?.name ?? one.firmware_id} ${one.firmware_version}`;
  return (
    <Page title="Rollouts" lead="A version brought to many devices, wave by wave: each only when the one before it went well."
          actions={may && <Button kind="primary" icon="plus" onClick={() => make(true)}>New rollout</Button>}>
      <Loaded from={load} what="Loading rollouts">
        {({ rollouts }) => rollouts.length === 0 ? (
          <Empty title="No rollout yet">
            <p>A few canaries first, then all: a version that goes wrong stops by itself. <a href={`/w/${workspace}/firmwares`}>Upload one</a>, then begin here.</p>
            <Command text="signet fota rollout create lamp 1.2.0 --canaries 1 --waves 10,50,100" />
            {may && <Button kind="primary" onClick={() => make(true)}>New rollout</Button>}
          </Empty>
        ) : (
          <Card>
            <Table label="Rollouts" columns={["To", "Status", "Devices", "Why", "Begun"]} rows={[...rollouts].reverse()} keyOf={(one) => one.id} cells={(one) => [
              <a class="text" href={`/w/${workspace}/rollouts/${one.id}`}><strong>{nameOf(one)}</strong></a>, <Badge tone={rolloutTones[one.status]}>{one.status}</Badge>,
              countsInWords(sum(one.counts)), <span class="text">{one.detail}</span>, <When at={one.created_at} />]} />
          </Card>
        )}
      </Loaded>
      {making && <Plan workspace={workspace} onClose={() => make(false)} />}
    </Page>
  );
}
