import { useEffect, useMemo, useState } from "preact/hooks";
import { shown } from "../../core/format";
import { useLoad } from "../../core/load";
import type { Condition, Job } from "../../core/model";
import { Badge, Card, Empty, Loaded, Payload, Table, type Tone, When } from "../../ui/parts";
import type { TabProps } from "../device";

interface Happened { key: string; at: string; what: string; tone: Tone; about: unknown }

const kept = 300;

function ofJobs(jobs: Job[]): Happened[] {
  return jobs.flatMap((job) => [
    { key: `${job.id} asked`, at: job.scheduled_at, what: `job ${job.name} was asked for`, tone: "plain" as Tone, about: job.args },
    ...(job.finished_at ? [{ key: `${job.id} ended`, at: job.finished_at, what: `job ${job.name}: ${job.status}`, tone: (job.status === "done" ? "good" : "warn") as Tone, about: job.detail || job.result }] : []),
  ]);
}

function ofConditions(conditions: Condition[]): Happened[] {
  return conditions.flatMap((one) => [
    { key: `${one.number} began`, at: one.start, what: `condition ${one.tag} began`, tone: "warn" as Tone, about: one.payload },
    ...(one.finish ? [{ key: `${one.number} ended`, at: one.finish, what: `condition ${one.tag} ended`, tone: "good" as Tone, about: one.payloadf }] : []),
  ]);
}

export function Events({ device, follow }: TabProps) {
  const jobs = useLoad<{ jobs: Job[] }>(`/v3/devices/${device.id}/jobs`, { size: 100 });
  const conditions = useLoad<{ conditions: Condition[] }>(`/v3/devices/${device.id}/conditions`, { size: 100 });
  const [live, setLive] = useState<Happened[]>([]);
  useEffect(() => follow((events) => {
    const fresh = events.filter((one) => one.stream === "status").map(({ data }) => ({
      key: `${data.ts} ${data.type}`, at: data.ts, what: data.type === "connection" ? "connected" : "disconnected",
      tone: (data.type === "connection" ? "good" : "plain") as Tone, about: data.payload,
    }));
    if (fresh.length) setLive((now) => [...fresh.reverse(), ...now].slice(0, kept));
    if (events.some((one) => one.stream === "job")) jobs.reload();
    if (events.some((one) => one.stream === "condition")) conditions.reload();
  }), [device.id]);
  const all = useMemo(
    () => [...live, ...ofJobs(jobs.value?.jobs ?? []), ...ofConditions(conditions.value?.conditions ?? [])].sort((a, b) => b.at.localeCompare(a.at)).slice(0, kept),
    [live, jobs.value, conditions.value]);
  return (
    <Card title="Events">
      <p class="muted small">Jobs and conditions with their history; comings and goings from when you opened this page.</p>
      <Loaded from={jobs} what="Loading events">
        {() => all.length === 0 ? <Empty title="Nothing has happened yet"><p>What happens to this device shows here by itself.</p></Empty> : (
          <Table label="Events, the last first" columns={["When", "What", "About"]} rows={all} keyOf={(one) => one.key} cells={(one) => [
            <When at={one.at} />, <Badge tone={one.tone}>{one.what}</Badge>, one.about != null && shown(one.about) !== "{}" && <Payload value={one.about} />,
          ]} />
        )}
      </Loaded>
    </Card>
  );
}
