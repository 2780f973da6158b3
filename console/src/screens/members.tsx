import { useState } from "preact/hooks";
import { api } from "../core/api";
import { dayOf } from "../core/format";
import { useAct, useAll } from "../core/load";
import { atLeast, type Invitation, type Member, type Role, roles } from "../core/model";
import { useTitle } from "../core/router";
import { useSession } from "../core/session";
import { derOf, hex, sha256 } from "../core/x509";
import { Badge, Button, Card, Choice, Command, Dialog, Failure, Loaded, Page, Table, Text, When } from "../ui/parts";

const meanings: Record<Role, string> = {
  viewer: "sees all, changes nothing", operator: "works with devices: jobs, claims, names",
  admin: "people, keys, integrations, and what cannot be taken back", owner: "other owners too",
};
const options = (mine: Role) => roles.slice(0, roles.indexOf(mine) + 1).map((role) => [role, `${role}: ${meanings[role]}`] as [string, string]);

// The link pins the manager, as its own setup link does.
async function linkOf(token: string): Promise<string> {
  const fingerprint = hex(await sha256(derOf(await api.text("/ca.pem"))));
  return `${location.origin}/join#token=${token}&ca=${fingerprint}`;
}

function Invite({ base, mine, onClose, onDone }: { base: string; mine: Role; onClose: () => void; onDone: () => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<string>("viewer");
  const [link, setLink] = useState("");
  const act = useAct(async () => {
    const made = await api.post<{ token: string }>(`${base}/invitations`, { email, role });
    setLink(await linkOf(made.token));
    onDone();
  });
  if (link) {
    return (
      <Dialog title={`Hand this to ${email}`} onClose={onClose}>
        <p>No mail is sent. The link works once, for seven days, and is shown this once. It opens in a browser, or by the command line:</p>
        <Command text={link} />
        <Command text={`signet join '${link}'`} />
        <footer><Button kind="primary" onClick={onClose}>Done</Button></footer>
      </Dialog>
    );
  }
  return (
    <Dialog title="Invite somebody" onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <Text label="E-mail" type="email" required autofocus value={email} onValue={setEmail} />
        <Choice label="Role" value={role} onValue={setRole} options={options(mine)} />
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>Make an invitation</Button></footer>
      </form>
    </Dialog>
  );
}

export function Members({ workspace }: { workspace: string }) {
  useTitle("Members");
  const base = `/v3/workspaces/${workspace}`;
  const me = useSession()?.account?.id;
  const members = useAll<{ members: Member[] }>(`${base}/members`, "members");
  const mine = members.value?.members.find((one) => one.account_id === me)?.role ?? null;
  const may = atLeast(mine, "admin");
  const invitations = useAll<{ invitations: Invitation[] }>(may ? `${base}/invitations` : null, "invitations");
  const [inviting, invite] = useState(false);
  const [removing, remove] = useState<Member | null>(null);
  const act = useAct(async (task: () => Promise<unknown>) => {
    await task();
    members.reload();
    invitations.reload();
    remove(null);
  });
  const change = (member: Member, role: string) => void act.run(() => api.put(`${base}/members/${member.account_id}`, { role }));
  return (
    <Page title="Members" lead="Who works here, and as what. Nobody gives a role above their own."
          actions={may && <Button kind="primary" icon="plus" onClick={() => invite(true)}>Invite somebody</Button>}>
      {act.error && <Failure error={act.error} retry={act.clear} />}
      <Card title="Members">
        <Loaded from={members} what="Loading members">
          {(told) => (
            <Table label="Members" columns={["E-mail", "Role", "Since", ""]} rows={told.members} keyOf={(one) => one.account_id} cells={(one) => [
              <><span class="text">{one.email}</span> {one.account_id === me && <Badge>you</Badge>}</>,
              may && atLeast(mine, one.role) ? (
                <select aria-label={`Role of ${one.email}`} value={one.role} onChange={(event) => change(one, event.currentTarget.value)}>
                  {options(mine!).map(([value]) => <option key={value} value={value}>{value}</option>)}
                </select>
              ) : one.role,
              dayOf(one.since),
              (may || one.account_id === me) && <Button onClick={() => remove(one)}>{one.account_id === me ? "Leave …" : "Take out …"}</Button>,
            ]} />
          )}
        </Loaded>
      </Card>
      {may && (
        <Card title="Open invitations">
          <Loaded from={invitations}>
            {(told) => told.invitations.length === 0 ? <p class="muted">None is open.</p> : (
              <Table label="Invitations" columns={["E-mail", "Role", "Invited by", "Ends", ""]} rows={told.invitations} keyOf={(one) => one.id} cells={(one) => [
                <span class="text">{one.email}</span>, one.role, <span class="text">{one.invited_by}</span>, <When at={one.expires_at} />,
                <Button busy={act.busy} onClick={() => void act.run(() => api.remove(`${base}/invitations/${one.id}`))}>Withdraw</Button>,
              ]} />
            )}
          </Loaded>
        </Card>
      )}
      {inviting && <Invite base={base} mine={mine!} onClose={() => invite(false)} onDone={invitations.reload} />}
      {removing && (
        <Dialog title={removing.account_id === me ? "Leave this workspace?" : `Take ${removing.email} out?`} onClose={() => remove(null)}>
          <p>{removing.account_id === me ? "You" : removing.email} will see nothing of this workspace any more. API keys of that account stop here too. A workspace always keeps an owner.</p>
          {act.error && <Failure error={act.error} />}
          <footer><Button onClick={() => remove(null)}>Cancel</Button>
            <Button kind="danger" busy={act.busy} onClick={() => void act.run(() => api.remove(`${base}/members/${removing.account_id}`))}>{removing.account_id === me ? "Leave" : "Take out"}</Button></footer>
        </Dialog>
      )}
    </Page>
  );
}
