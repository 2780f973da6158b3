import { useState } from "preact/hooks";
import { api, ApiError } from "../core/api";
import { dayOf, plural } from "../core/format";
import { useAct, useLoad } from "../core/load";
import type { Account as Person, OwnSession } from "../core/model";
import { useTitle } from "../core/router";
import { useStore } from "../core/store";
import { setTheme, theme, type Theme } from "../core/theme";
import { QrCode } from "../ui/qr";
import { Badge, Button, Card, Copy, Dialog, Facts, Failure, Loaded, Page, Table, Text, When } from "../ui/parts";

interface About { account: Person; second_factor: boolean; recovery_codes: number }

const inWords = (error: Error) =>
  error instanceof ApiError && error.status === 401 ? new Error("The password or the code is not right.") : error;

function Password({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [now, setNow] = useState("");
  const [next, setNext] = useState("");
  const act = useAct(async () => {
    await api.put("/v3/account/password", { password: now, new_password: next });
    onDone();
    onClose();
  });
  return (
    <Dialog title="Change your password" onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <p>Your other sessions end. API keys stay.</p>
        <Text label="Present password" type="password" autocomplete="current-password" required autofocus value={now} onValue={setNow} />
        <Text label="New password" type="password" autocomplete="new-password" minLength={12} required value={next} onValue={setNext} hint="At least 12 characters." />
        {act.error && <Failure error={inWords(act.error)} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>Change it</Button></footer>
      </form>
    </Dialog>
  );
}

function Enable({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [made, setMade] = useState<{ secret: string; uri: string }>();
  const [codes, setCodes] = useState<string[]>();
  const begin = useAct(async () => setMade(await api.post("/v3/account/totp", { password })));
  const confirm = useAct(async () => {
    setCodes((await api.post<{ recovery_codes: string[] }>("/v3/account/totp/confirm", { code: code.trim() })).recovery_codes);
    onDone();
  });
  if (codes) {
    return (
      <Dialog title="Keep these recovery codes" onClose={onClose}>
        <p>Each takes a code's place once, when your authenticator is lost. They are shown this once.</p>
        <ul class="codes">{codes.map((one) => <li key={one} class="mono">{one}</li>)}</ul>
        <footer><Copy text={codes.join("\n")} label="Copy all codes" /><Button kind="primary" onClick={onClose}>I have kept them</Button></footer>
      </Dialog>
    );
  }
  if (made) {
    return (
      <Dialog title="Give it to your authenticator" onClose={onClose}>
        <form onSubmit={(event) => { event.preventDefault(); void confirm.run(); }}>
          <p>Let your authenticator read this, enter the key below, or <a href={made.uri}>open it there</a>. It is shown this once.</p>
          <QrCode text={made.uri} label="QR code of the key" />
          <div class="command"><code>{made.secret.replace(/(.{4})/g, "$1 ").trim()}</code><Copy text={made.secret} label="Copy the key" /></div>
          <Text label="Code that it shows now" inputmode="numeric" autocomplete="one-time-code" required autofocus value={code} onValue={setCode} />
          {confirm.error && <Failure error={inWords(confirm.error)} />}
          <footer><Button onClick={onClose}>Cancel</Button><Button kind="primary" type="submit" busy={confirm.busy}>Turn it on</Button></footer>
        </form>
      </Dialog>
    );
  }
  return (
    <Dialog title="A second factor" onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void begin.run(); }}>
        <p>A sign-in then needs a code of your authenticator beside the password. Your other sessions end.</p>
        <Text label="Password" type="password" autocomplete="current-password" required autofocus value={password} onValue={setPassword} />
        {begin.error && <Failure error={inWords(begin.error)} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind="primary" type="submit" busy={begin.busy}>Go on</Button></footer>
      </form>
    </Dialog>
  );
}

function Disable({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const act = useAct(async () => {
    await api.post("/v3/account/totp/disable", { password, code: code.trim() });
    onDone();
    onClose();
  });
  return (
    <Dialog title="Turn the second factor off?" onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <p>Your password alone then opens the account.</p>
        <Text label="Password" type="password" autocomplete="current-password" required autofocus value={password} onValue={setPassword} />
        <Text label="Code, or a recovery code" autocomplete="one-time-code" required value={code} onValue={setCode} />
        {act.error && <Failure error={inWords(act.error)} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind="danger" type="submit" busy={act.busy}>Turn it off</Button></footer>
      </form>
    </Dialog>
  );
}

function Sessions({ version }: { version: number }) {
  const load = useLoad<{ sessions: OwnSession[] }>("/v3/account/sessions", { }, );
  const act = useAct(async (path: string) => {
    await api.remove(path);
    load.reload();
  });
  const [seen, see] = useState(version);
  if (seen !== version) see(version), load.reload();
  return (
    <Card title="Where you are signed in" actions={load.value && load.value.sessions.length > 1 && <Button busy={act.busy} onClick={() => void act.run("/v3/account/sessions")}>End all others</Button>}>
      {act.error && <Failure error={act.error} />}
      <Loaded from={load}>
        {({ sessions }) => <Table label="Sessions" columns={["From", "Since", "Used", "Ends", ""]} rows={sessions} keyOf={(one) => one.id} cells={(one) => [
          <><span class="mono">{one.address}</span>{one.this && <Badge tone="good">this one</Badge>}</>, <When at={one.created_at} />, <When at={one.last_used} none="just now" />, <When at={one.expires_at} />,
          !one.this && <Button busy={act.busy} onClick={() => void act.run(`/v3/account/sessions/${one.id}`)}>End it</Button>]} />}
      </Loaded>
    </Card>
  );
}

export function Account() {
  useTitle("Account");
  const load = useLoad<About>("/v3/account");
  const look = useStore(theme);
  const [open, setOpen] = useState<"password" | "enable" | "disable" | null>(null);
  const [version, setVersion] = useState(0);
  const close = () => setOpen(null);
  const done = () => (load.reload(), setVersion((now) => now + 1));
  return (
    <Page title="Account">
      <Loaded from={load}>
        {(about) => (
          <Card title={about.account.email} actions={<Button onClick={() => setOpen("password")}>Change password …</Button>}>
            <Facts rows={[
              ["Account since", dayOf(about.account.created_at)],
              ["Second factor", about.second_factor
                ? <><Badge tone="good">on</Badge> {plural(about.recovery_codes, "recovery code")} left <Button onClick={() => setOpen("disable")}>Turn off …</Button></>
                : <><Badge tone="warn">off</Badge> <Button kind="primary" onClick={() => setOpen("enable")}>Turn on …</Button></>],
              ["Look", <select aria-label="Look" value={look} onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
                <option value="system">as the system</option><option value="light">light</option><option value="dark">dark</option></select>],
            ]} />
          </Card>
        )}
      </Loaded>
      <Sessions version={version} />
      {open === "password" && <Password onClose={close} onDone={done} />}
      {open === "enable" && <Enable onClose={close} onDone={done} />}
      {open === "disable" && <Disable onClose={close} onDone={done} />}
    </Page>
  );
}
