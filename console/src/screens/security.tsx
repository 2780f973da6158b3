import { useEffect, useRef, useState } from "preact/hooks";
import { api, urlOf } from "../core/api";
import { count } from "../core/format";
import { useLive } from "../core/live";
import { useAct, useAll, useLoad } from "../core/load";
import type { AuditEntry, Knocker, SecurityTop, Workspace } from "../core/model";
import { useTitle } from "../core/router";
import { Badge, Button, Card, Choice, Dialog, Failure, Loaded, Page, Table, Text, When } from "../ui/parts";
import { LiveMark } from "./devices";

const refusalsKept = 100;
const askAgainAfter = 2000;

function BanDialog({ address, onClose, onDone }: { address: string; onClose: () => void; onDone: () => void }) {
  const [of, setOf] = useState(address);
  const [seconds, setSeconds] = useState("3600");
  const [reason, setReason] = useState("");
  const act = useAct(async () => {
    await api.post("/v3/security/bans", { address: of.trim(), seconds: Number(seconds), reason });
    onDone();
    onClose();
  });
  return (
    <Dialog title={address ? `Ban ${address}?` : "Ban an address"} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <p>Nothing from there reaches the devices' port until the ban ends, a genuine device neither.</p>
        <Text label="Address or net" required value={of} onValue={setOf} hint="203.0.113.7, 203.0.113.0/24, or the same of IPv6." />
        <Choice label="For" value={seconds} onValue={setSeconds} options={[["300", "five minutes"], ["3600", "an hour"], ["86400", "a day"], ["604800", "a week"]]} />
        <Text label="Reason, for the audit" maxLength={256} value={reason} onValue={setReason} />
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind="danger" type="submit" busy={act.busy}>Ban it</Button></footer>
      </form>
    </Dialog>
  );
}

const total = (refusals: { count: number }[]) => refusals.reduce((sum, one) => sum + one.count, 0);

function Reasons({ of }: { of: SecurityTop }) {
  const rows = of.refusals.filter((one) => one.count > 0);
  const most = Math.max(1, ...rows.map((one) => one.count));
  return (
    <Card title="Refusals since the start, by reason">
      <dl class="figures"><div><dt>Let in</dt><dd>{count(of.admitted)}</dd></div><div><dt>Refused</dt><dd>{count(total(of.refusals))}</dd></div>
        <div><dt>Bans that stand</dt><dd>{count(of.bans.length)}</dd></div></dl>
      {rows.length === 0 ? <p class="muted">Nobody was refused.</p> : (
        <ul class="bars">{rows.map((one) => (
          <li key={one.reason}><span>{one.reason}</span><i style={{ width: `${(one.count / most) * 100}%` }} aria-hidden="true" /><b>{count(one.count)}</b></li>
        ))}</ul>
      )}
    </Card>
  );
}

function Knockers({ rows, onBan }: { rows: Knocker[]; onBan: (address: string) => void }) {
  if (rows.length === 0) return <p class="muted">Nobody knocked without being let in.</p>;
  return (
    <Table label="Addresses that were refused" columns={["Address", "Refused for", "Let in", "Last seen", ""]} rows={rows} keyOf={(one) => one.address} cells={(one) => [
      <><span class="mono">{one.address}</span>{one.at_home && <Badge tone="good">a device is there</Badge>}{one.banned_until && <Badge tone="bad">banned</Badge>}</>,
      <ul class="plain">{one.refusals.map((why) => <li key={why.reason}>{why.reason}: {count(why.count)}</li>)}</ul>,
      count(one.admitted), <When at={one.last_seen} />,
      !one.banned_until && <Button onClick={() => onBan(one.address)} aria-label={`Ban ${one.address}`}>Ban …</Button>,
    ]} />
  );
}

export function Security() {
  useTitle("Security");
  const load = useLoad<SecurityTop>("/v3/security/top", { size: 100 });
  const workspaces = useAll<{ workspaces: Workspace[] }>("/v3/workspaces", "workspaces");
  const [refusals, setRefusals] = useState<AuditEntry[]>([]);
  const [banning, ban] = useState<string | null>(null);
  const soon = useRef(0);
  useEffect(() => () => clearTimeout(soon.current), []);
  const any = workspaces.value?.workspaces[0]?.id; // the stream belongs to a workspace; refusals are the manager's
  const live = useLive(any ? `/v3/workspaces/${any}/events` : null, { stream: ["security"] }, (events) => {
    const fresh = events.filter((one) => one.stream === "security").map((one) => one.data as AuditEntry);
    setRefusals((now) => [...fresh.reverse(), ...now].slice(0, refusalsKept));
    soon.current ||= window.setTimeout(() => ((soon.current = 0), load.reload()), askAgainAfter);
  });
  const unban = useAct(async (address: string) => {
    await api.remove(urlOf("/v3/security/bans", { address }));
    load.reload();
  });
  return (
    <Page title="Security" lead="Who knocks at the devices' port, who was refused, and why."
          actions={<><LiveMark state={live} /><Button kind="primary" onClick={() => ban("")}>Ban an address</Button></>}>
      {unban.error && <Failure error={unban.error} />}
      <Loaded from={load} what="Loading who knocks">
        {(told) => (
          <>
            <Reasons of={told} />
            <Card title="Who knocks"><Knockers rows={told.knockers} onBan={ban} /></Card>
            <Card title="Bans">
              {told.bans.length === 0 ? <p class="muted">No ban stands. Addresses that show no certificate of ours too often are banned by themselves, for minutes.</p> : (
                <Table label="Bans" columns={["Address", "Why", "Ends", ""]} rows={told.bans} keyOf={(one) => one.address} cells={(one) => [
                  <span class="mono">{one.address}</span>, <>{one.manual ? <Badge>by hand</Badge> : <Badge>{`${one.strikes}. time`}</Badge>}<span class="text">{one.reason}</span></>,
                  <When at={one.until} />, <Button busy={unban.busy} onClick={() => void unban.run(one.address)} aria-label={`Lift the ban of ${one.address}`}>Lift</Button>,
                ]} />
              )}
            </Card>
            <Card title="Refused just now">
              {refusals.length === 0 ? <p class="muted">Nobody since you opened this page. All of it is in the <a href="/manager/audit">audit</a>.</p> : (
                <Table label="Refusals, the last first" columns={["When", "Who", "What", "Why"]} rows={refusals} keyOf={(one) => `${one.at} ${one.subject} ${one.detail}`} cells={(one) => [
                  <When at={one.at} />, <><span class="text">{one.actor}</span> <span class="mono muted">{one.address}</span></>, <>{one.action} <span class="text">{one.subject}</span></>, <span class="text">{one.detail}</span>]} />
              )}
            </Card>
          </>
        )}
      </Loaded>
      {banning !== null && <BanDialog address={banning} onClose={() => ban(null)} onDone={load.reload} />}
    </Page>
  );
}
