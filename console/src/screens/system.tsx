import { api } from "../core/api";
import { bytes, count } from "../core/format";
import { useLoad, useTask } from "../core/load";
import { parseMetrics, type Sample, valueOf } from "../core/metrics";
import type { Server } from "../core/model";
import { useTitle } from "../core/router";
import { Badge, Button, Card, Copy, Facts, Loaded, Page } from "../ui/parts";

const bundled: [string, string][] = [["Preact", "MIT"], ["uPlot", "MIT"]];

function figuresOf(all: Sample[]): [string, string][] {
  const commits = valueOf(all, "signet_store_commit_seconds_count"), seconds = valueOf(all, "signet_store_commit_seconds_sum");
  return [
    ["Devices connected", count(valueOf(all, "signet_devices_connected"))],
    ["Readings stored since the start", count(valueOf(all, "signet_readings_stored_total"))],
    ["Readings not in the store yet", bytes(valueOf(all, "signet_ingest_backlog_bytes"))],
    ["Jobs that wait", count(valueOf(all, "signet_jobs_pending"))],
    ["Live streams", count(valueOf(all, "signet_streams"))],
    ["Commit, on average", commits ? `${((seconds / commits) * 1000).toFixed(2)} ms` : "none yet"],
  ];
}

export function System() {
  useTitle("System");
  const server = useLoad<{ server: Server }>("/v3/server");
  const ready = useTask("ready", () => api.get<{ status: string }>("/readyz"));
  const metrics = useTask("metrics", async (signal) => parseMetrics(await api.text("/metrics", signal)));
  return (
    <Page title="System" lead="This manager, its store, and how it goes." actions={<Button busy={metrics.busy} onClick={() => (metrics.reload(), ready.reload())}>Refresh</Button>}>
      <div class="columns">
        <Card title="Manager">
          <Loaded from={server}>
            {({ server: one }) => <Facts rows={[
              ["Version", one.version], ["Store", <>version {one.store_version} {ready.value ? <Badge tone="good">answers</Badge> : ready.error ? <Badge tone="bad">does not answer</Badge> : null}</>],
              ["Devices' port", <span class="mono">{String(one.device_port)}</span>],
              ["Its name in claims", <span class="mono break">{one.fingerprint}<Copy text={one.fingerprint} /></span>],
              ["Key of its receipts", <span class="mono break">{one.receipt_key}<Copy text={one.receipt_key} /></span>],
              ["CA certificate", <a href="/ca.pem" download="signet-ca.pem">ca.pem</a>],
            ]} />}
          </Loaded>
        </Card>
        <Card title="Now">
          <Loaded from={metrics}>{(all) => <Facts rows={figuresOf(all)} />}</Loaded>
          <p class="muted small">Prometheus reads all figures at <a href="/metrics">/metrics</a>; programs find the REST interface at <a href="/v3/openapi.json">/v3/openapi.json</a>.</p>
        </Card>
        <Card title="In this console">
          <Facts rows={bundled} />
          <p class="small"><a href="/licences.txt" target="_blank" rel="noreferrer">Their licences</a></p>
        </Card>
      </div>
    </Page>
  );
}
