// A unit's certificate and who signed it, read and checked in this browser.
import { dayOf } from "../core/format";
import { useTask } from "../core/load";
import type { Registered } from "../core/model";
import { type Certificate, isSignedBy, parseCertificate } from "../core/x509";
import { Badge, Card, Copy, Facts, Loaded } from "./parts";

interface Chain { leaf: Certificate; signer: Certificate | null; holds: boolean; matches: boolean }

async function chainOf(from: Registered): Promise<Chain> {
  const leaf = await parseCertificate(from.certificate);
  const signer = from.signer ? await parseCertificate(from.signer) : null;
  return { leaf, signer, holds: signer !== null && (await isSignedBy(leaf, signer)), matches: leaf.fingerprint === from.identity.fingerprint };
}

function Link({ title, of }: { title: string; of: Certificate }) {
  const over = of.notAfter.getTime() < Date.now();
  return (
    <div class="certificate">
      <h3>{title}</h3>
      <Facts rows={[
        ["Subject", of.subject], ["Issued by", of.issuer],
        ["Valid", <>{dayOf(of.notBefore.toISOString())} to {dayOf(of.notAfter.toISOString())} {over && <Badge tone="bad">over</Badge>}</>],
        ["Serial number", <span class="mono">{of.serial}</span>], ["Signature", of.algorithm],
        ["SHA-256", <span class="mono break">{of.fingerprint}<Copy text={of.fingerprint} label="Copy the fingerprint" /></span>],
      ]} />
      <Copy text={of.pem} label="Copy as PEM" />
    </div>
  );
}

export function ChainCard({ of }: { of: Registered }) {
  const load = useTask(of.identity.fingerprint, () => chainOf(of));
  return (
    <Card title="Certificate chain">
      <Loaded from={load}>
        {(chain) => (
          <>
            <p class={`verdict ${chain.matches && (chain.holds || !chain.signer) ? "good" : "bad"}`}>
              {!chain.matches ? "This certificate is not the one whose fingerprint the registry names."
                : !chain.signer ? "It is the certificate that the registry names. The registry has no signer's certificate for it."
                : chain.holds ? "Checked in this browser: the signer's key signed this certificate, and it is the one that the registry names."
                : "The signer's key did not sign this certificate."}
            </p>
            <Link title="Device" of={chain.leaf} />
            {chain.signer && <Link title="Signer" of={chain.signer} />}
          </>
        )}
      </Loaded>
    </Card>
  );
}
