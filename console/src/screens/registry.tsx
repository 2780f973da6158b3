import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError, segment } from "../core/api";
import { assuranceTones, standingTones, standingWords } from "../core/devices";
import { count, dayOf, plural } from "../core/format";
import { useAct, useLoad } from "../core/load";
import { type Dropped, sort, type Unit, unitsIn } from "../core/manifest";
import type { Identity, Registered } from "../core/model";
import { navigate, usePlace, useTitle } from "../core/router";
import { Icon } from "../ui/icon";
import { Badge, Button, Card, Command, Empty, Failure, Loaded, Page, Table } from "../ui/parts";

const pageSize = 100;
const lookedUpMax = 200; // units whose result is asked for one by one

interface Result { added: number; already_known: number }
type Found = Map<string, Identity | null>;
const nothing: Dropped = { manifest: null, text: "", signers: [] };

async function lookUp(units: Unit[], into: (found: Found) => void) {
  const found: Found = new Map();
  const queue = units.slice(0, lookedUpMax).filter((one) => one.dcn);
  const worker = async () => {
    for (let one = queue.shift(); one; one = queue.shift()) {
      try {
        found.set(one.dcn, (await api.get<Registered>(`/v3/registry/${segment(one.dcn)}`)).identity);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) found.set(one.dcn, null);
      }
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  into(found);
}

function UnitRows({ units, total, found, origin }: { units: Unit[]; total: number; found?: Found; origin: string }) {
  const resultOf = (one: Unit) => {
    if (!found) return <span class="muted">not imported yet</span>;
    const identity = found.get(one.dcn);
    if (identity === undefined) return <span class="muted">imported</span>;
    if (identity === null) return <Badge tone="bad">not in the registry</Badge>;
    return <><Badge tone="good">{identity.origin.endsWith(origin) ? "in the registry" : `known before, by ${identity.origin}`}</Badge>{identity.state !== "known" && <Badge>{identity.state}</Badge>}</>;
  };
  return (
    <>
      <Table label="Units of the manifest" columns={["Unit", "Serial number", "Part", "Result"]} rows={units.slice(0, lookedUpMax)} keyOf={(one) => one.uniqueId} cells={(one) => [
        <span class="mono">{one.uniqueId}</span>, one.dcn ? <a class="mono" href={`/manager/registry/${segment(one.dcn)}`}>{one.dcn}</a> : "", <span class="text">{one.model}</span>, resultOf(one)]} />
      {total > lookedUpMax && <p class="muted small">The first {lookedUpMax} of {count(total)} are shown.</p>}
    </>
  );
}

function Import({ onDone }: { onDone: () => void }) {
  const [files, setFiles] = useState<Dropped>(nothing);
  const [units, setUnits] = useState<{ units: Unit[]; total: number }>();
  const [over, setOver] = useState(false);
  const [result, setResult] = useState<Result>();
  const [found, setFound] = useState<Found>();
  const input = useRef<HTMLInputElement>(null);
  const take = useAct(async (list: FileList | null) => {
    const sorted = await sort([...(list ?? [])], files);
    setUnits(sorted.text ? await unitsIn(sorted.text) : undefined);
    setFiles(sorted), setResult(undefined), setFound(undefined);
  });
  const origin = files.manifest?.name ?? "";
  const roots = files.signers.filter((one) => one.self), signer = files.signers.find((one) => !one.self);
  const ready = files.manifest && signer && roots.length > 0;
  const act = useAct(async () => {
    setResult(await api.post<Result>("/v3/registry/manifests", { manifest: files.text, log_signer_pem: signer!.pem, root_pem: roots.map((one) => one.pem), origin }));
    onDone();
    await lookUp(units?.units ?? [], setFound);
  });
  const need = (has: unknown, what: string, name: string) => <li class={has ? "has" : ""}><Icon name={has ? "check" : "plus"} />{what} <span class="mono muted">{name}</span></li>;
  return (
    <Card title="Import a manifest">
      <div class={`drop ${over ? "over" : ""}`}
           onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
           onDrop={(event) => { event.preventDefault(); setOver(false); void take.run(event.dataTransfer?.files ?? null); }}>
        <Icon name="upload" />
        <p>Drop the manifest here, with the certificate of who signed it and the root</p>
        <Button onClick={() => input.current?.click()} busy={take.busy}>Choose files</Button>
        <input ref={input} type="file" multiple class="hidden" tabIndex={-1} aria-label="Manifest and certificates" accept=".json,.pem,.crt,.cer,.der"
               onChange={(event) => { void take.run(event.currentTarget.files); event.currentTarget.value = ""; }} />
        <ul class="needs">
          {need(files.manifest, "Manifest", origin)}
          {need(signer, "Certificate of its signer", signer?.name ?? "")}
          {need(roots.length, "Root certificate", roots.map((one) => one.name).join(", "))}
        </ul>
      </div>
      {take.error && <Failure error={new Error(`This file could not be read: ${take.error.message}`)} />}
      {act.error && <Failure error={act.error} />}
      {result && <p class="verdict good" role="status">All or nothing, and it was all: {plural(result.added, "unit")} added, {count(result.already_known)} known already.</p>}
      {units && <UnitRows {...units} found={found} origin={origin} />}
      {units && (
        <footer class="row">
          <Button onClick={() => { setFiles(nothing); setUnits(undefined); setResult(undefined); }}>Start over</Button>
          {!result && <Button kind="primary" disabled={!ready} busy={act.busy} onClick={() => void act.run()}>Import {plural(units.total, "unit")}</Button>}
        </footer>
      )}
    </Card>
  );
}

function LookUp() {
  const [dcn, setDcn] = useState("");
  return (
    <form class="bar" onSubmit={(event) => { event.preventDefault(); if (dcn.trim()) navigate(`/manager/registry/${segment(dcn.trim())}`); }}>
      <label class="search"><Icon name="search" /><span class="hidden">Serial number of a unit</span>
        <input type="search" placeholder="Serial number of a unit, sn0123…" value={dcn} onInput={(event) => setDcn(event.currentTarget.value)} /></label>
      <Button type="submit">Look it up</Button>
    </form>
  );
}

export function Registry() {
  useTitle("Registry");
  const { query } = usePlace();
  const page = Math.max(0, Number(query.get("page")) || 0);
  const load = useLoad<{ identities: Identity[] }>("/v3/registry", { from: page, size: pageSize });
  useEffect(() => { // a file that misses the field would take the reader away from here
    const stay = (event: DragEvent) => event.preventDefault();
    addEventListener("dragover", stay), addEventListener("drop", stay);
    return () => (removeEventListener("dragover", stay), removeEventListener("drop", stay));
  }, []);
  const missing = load.error instanceof ApiError && load.error.status === 403;
  return (
    <Page title="Registry" lead="The units that this manager knows. Nothing else can be admitted.">
      {!missing && <Import onDone={load.reload} />}
      <Card title="Units">
        <LookUp />
        <Loaded from={load} what="Loading units">
          {({ identities }) => identities.length === 0 && page === 0 ? (
            <Empty title="No unit is known yet"><p>The manufacturer's signed manifest says which units are genuine:</p>
              <Command text="signet registry import batch.manifest.json --log-signer log-signer.pem --root root.pem" /></Empty>
          ) : (
            <>
              <Table label="Units" columns={["Serial number", "State", "Assurance", "Known by", "Valid until"]} rows={identities} keyOf={(one) => one.fingerprint} cells={(one) => {
                const standing = one.state === "known" ? "unclaimed" : one.state;
                return [<a class="mono" href={`/manager/registry/${segment(one.dcn)}`}>{one.dcn}</a>, <Badge tone={standingTones[standing]}>{standingWords[standing]}</Badge>,
                  <Badge tone={assuranceTones[one.assurance]}>{one.assurance}</Badge>, <span class="text">{one.origin}</span>, dayOf(one.expires_at)];
              }} />
              <nav class="row" aria-label="Pages">
                {page > 0 && <a class="button" href={`/manager/registry?page=${page - 1}`}>Before</a>}
                {identities.length === pageSize && <a class="button" href={`/manager/registry?page=${page + 1}`}>More</a>}
              </nav>
            </>
          )}
        </Loaded>
      </Card>
    </Page>
  );
}
