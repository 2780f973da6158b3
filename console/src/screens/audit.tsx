import { useMemo, useState } from "preact/hooks";
import { api } from "../core/api";
import { type Verified, verify } from "../core/audit_chain";
import { count, plural } from "../core/format";
import { useAct, useLoad } from "../core/load";
import type { AuditEntry } from "../core/model";
import { setQuery, usePlace, useTitle } from "../core/router";
import { Icon } from "../ui/icon";
import { Badge, Button, Card, Command, Copy, Empty, Failure, Loaded, Page, Table, When } from "../ui/parts";

type Told = { audit: AuditEntry[] };
const pageSize = 500;
const keptHead = "signet.audit";

// What was verified before, by this browser: what was cut off or written anew since is found.
function headBefore(): { entries: number; head: string } | null {
  try {
    return JSON.parse(localStorage.getItem(keptHead) ?? "null");
  } catch {
    return null;
  }
}

function Verification() {
  const [done, setDone] = useState(0);
  const [found, setFound] = useState<Verified & { cut: boolean }>();
  const act = useAct(async () => {
    const before = headBefore();
    const result = await verify(setDone, new AbortController().signal);
    setFound({ ...result, cut: before !== null && result.entries < before.entries });
    if (result.brokenAt === null) localStorage.setItem(keptHead, JSON.stringify({ entries: result.entries, head: result.head }));
  });
  return (
    <Card title="Is that all of it, unchanged?" actions={<Button icon="shield" busy={act.busy} onClick={() => void act.run()}>{act.busy ? `Verified ${count(done)}` : "Verify the chain"}</Button>}>
      <p class="muted small">Each entry's hash names all before it. Your browser reckons it anew, so you need not believe the manager. By the command line: <code>signet audit verify</code></p>
      {act.error && <Failure error={act.error} />}
      {found && (found.brokenAt !== null || found.cut ? (
        <p class="verdict bad" role="alert">{found.cut ? "Entries that were here when this browser last verified are missing." : `The chain breaks at entry ${found.brokenAt}: it was changed, removed or moved.`} Keep the disk as it is, and compare with your exports.</p>
      ) : (
        <p class="verdict good" role="status">{plural(found.entries, "entry", "entries")} hold together, the last hash is <span class="mono break">{found.head}</span><Copy text={found.head} label="Copy the last hash" />. Keep it away from the manager.</p>
      ))}
    </Card>
  );
}

export function Audit() {
  useTitle("Audit");
  const { query } = usePlace();
  const load = useLoad<Told>("/v3/audit", { size: pageSize });
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const refused = query.get("only") === "refused";
  const older = useAct(async () => {
    const first = load.value!.audit[0]!.number;
    const from = Math.max(0, first - 1 - pageSize);
    const more = await api.get<Told>("/v3/audit", { after: from, size: first - 1 - from });
    load.change((now) => ({ audit: [...more.audit, ...now.audit] }));
  });
  const rows = useMemo(() => {
    const says = (one: AuditEntry) => `${one.number} ${one.actor} ${one.action} ${one.subject} ${one.address} ${one.detail}`.toLowerCase();
    return (load.value?.audit ?? []).filter((one) => (!refused || !one.allowed) && words.every((word) => says(one).includes(word))).reverse();
  }, [load.value, words.join(" "), refused]);
  return (
    <Page title="Audit" lead="Who did what, on what, from where, and whether it was allowed." actions={<Button onClick={load.reload} busy={load.busy}>Refresh</Button>}>
      <Loaded from={load} what="Loading the audit">
        {({ audit }) => (
          <>
            <Verification />
            <Card>
              <div class="bar">
                <label class="search"><Icon name="search" /><span class="hidden">Search the audit</span>
                  <input type="search" placeholder="Who, what, on what, from where, why" value={query.get("q") ?? ""} onInput={(event) => setQuery({ q: event.currentTarget.value })} /></label>
                <div class="chips" role="group" aria-label="Which entries">
                  <button type="button" class="chip" aria-pressed={!refused} onClick={() => setQuery({ only: "" })}>All</button>
                  <button type="button" class="chip" aria-pressed={refused} onClick={() => setQuery({ only: "refused" })}>Refused</button>
                </div>
              </div>
              {rows.length === 0 ? <Empty title="No entry is like that"><p>Of {plural(audit.length, "entry", "entries")} that are loaded.</p></Empty> : (
                <Table label="Audit, the last first" columns={["Number", "When", "Who", "What", "Why"]} rows={rows} keyOf={(one) => one.number} cells={(one) => [
                  <span class="mono muted">{one.number}</span>, <When at={one.at} />, <><span class="text">{one.actor}</span> <span class="mono muted">{one.address}</span></>,
                  <>{!one.allowed && <Badge tone="bad">refused</Badge>} {one.action} <span class="text">{one.subject}</span></>, <span class="text">{one.detail}</span>]} />
              )}
              <footer class="row">
                {audit[0] && audit[0].number > 1 && <Button onClick={() => void older.run()} busy={older.busy}>Older entries</Button>}
                <span class="muted small">{plural(audit.length, "entry", "entries")} loaded. To take all away:</span><Command text="signet audit export -o audit.jsonl" />
              </footer>
              {older.error && <Failure error={older.error} />}
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  );
}
