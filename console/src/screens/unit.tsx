import { segment } from "../core/api";
import { assuranceTones, assuranceWords, standingTones, standingWords } from "../core/devices";
import { dayOf } from "../core/format";
import { useLoad } from "../core/load";
import type { Registered } from "../core/model";
import { useTitle } from "../core/router";
import { ChainCard } from "../ui/chain";
import { Badge, Card, Copy, Facts, Loaded } from "../ui/parts";

export function UnitScreen({ dcn }: { dcn: string }) {
  useTitle(dcn);
  const load = useLoad<Registered>(`/v3/registry/${segment(dcn)}`);
  return (
    <>
      <p class="crumbs"><a href="/manager/registry">Registry</a></p>
      <header class="page"><h1 class="mono">{dcn}</h1></header>
      <Loaded from={load} what="Looking it up">
        {(told) => {
          const { identity } = told, standing = identity.state === "known" ? "unclaimed" : identity.state;
          return (
            <div class="columns">
              <Card title="Unit">
                <Facts rows={[
                  ["State", <Badge tone={standingTones[standing]}>{standingWords[standing]}</Badge>],
                  ["Assurance", <><Badge tone={assuranceTones[identity.assurance]}>{identity.assurance}</Badge> {assuranceWords[identity.assurance]}</>],
                  ["Known by", identity.origin], ["Valid until", dayOf(identity.expires_at)],
                  ["Device", identity.device_id ? <span class="mono">{identity.device_id}<Copy text={identity.device_id} /></span> : <span class="muted">none</span>],
                ]} />
              </Card>
              <ChainCard of={told} />
            </div>
          );
        }}
      </Loaded>
    </>
  );
}
