import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { api, ApiError } from "../core/api";
import { useAct } from "../core/load";
import { navigate, useTitle } from "../core/router";
import { askSession } from "../core/session";
import { Icon } from "../ui/icon";
import { Button, Command, Text } from "../ui/parts";

function Door(props: { title: string; lead?: ComponentChildren; children: ComponentChildren }) {
  useTitle(props.title);
  return (
    <main class="door" id="main">
      <p class="brand"><Icon name="seal" />Signet</p>
      <div class="card">
        <h1>{props.title}</h1>
        {props.lead && <p class="lead">{props.lead}</p>}
        {props.children}
      </div>
    </main>
  );
}

const Wrong = ({ error }: { error?: Error }) =>
  error ? <p class="wrong" role="alert">{error instanceof ApiError ? error.detail || error.title : error.message}</p> : null;

// What stands behind "#" in a link never leaves the browser by itself.
const fromLink = (name: string) => new URLSearchParams(location.hash.slice(1)).get(name) ?? "";
const tokenIn = (text: string) => new URLSearchParams(text.split("#")[1] ?? "").get("token") ?? text.trim();

export function SignIn() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, setNeedsCode] = useState(false);
  const act = useAct(async () => {
    try {
      await api.post("/v3/login", { email, password, cookie: true, ...(code ? { code: code.trim() } : {}) });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        if (error.detail.includes("second factor")) return setNeedsCode(true);
        throw new Error(needsCode ? "This e-mail, password or code is not right." : "This e-mail or password is not right.");
      }
      throw error;
    }
    await askSession();
  });
  return (
    <Door title="Sign in">
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <Text label="E-mail" type="email" name="email" autocomplete="username" required autofocus value={email} onValue={setEmail} />
        <Text label="Password" type="password" name="password" autocomplete="current-password" required value={password} onValue={setPassword} />
        {needsCode && <Text label="Code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus value={code} onValue={setCode}
                            hint="From your authenticator, or one of your recovery codes." />}
        <Wrong error={act.error} />
        <Button kind="primary" type="submit" busy={act.busy}>Sign in</Button>
      </form>
    </Door>
  );
}

export function SetUp() {
  const [link, setLink] = useState(() => fromLink("token"));
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const act = useAct(async () => {
    await api.post("/v3/setup", { token: tokenIn(link), email, password, cookie: true });
    history.replaceState(null, "", "/"); // the token does not stay in the address bar
    await askSession();
  });
  const given = fromLink("token") !== "";
  return (
    <Door title="Set up this manager" lead="It has no account yet. The first one runs the manager: its registry, its security and its audit.">
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        {!given && (
          <Text label="Setup link" required autofocus value={link} onValue={setLink}
                hint="signetd printed it when it started. Lost? Start signetd again: it prints a new one." />
        )}
        <Text label="E-mail" type="email" name="email" autocomplete="username" required autofocus={given} value={email} onValue={setEmail} />
        <Text label="Password" type="password" name="password" autocomplete="new-password" minLength={12} required value={password} onValue={setPassword}
              hint="At least 12 characters. A sentence is good." />
        <Wrong error={act.error} />
        <Button kind="primary" type="submit" busy={act.busy}>Make the first account</Button>
      </form>
      <details><summary>By the command line instead</summary><Command text="signet setup 'https://…/setup#token=…'" /></details>
    </Door>
  );
}

export function Join() {
  const [link, setLink] = useState(() => fromLink("token"));
  const [password, setPassword] = useState("");
  const given = fromLink("token") !== "";
  const enter = async () => {
    navigate("/", "replace");
    await askSession();
  };
  const join = useAct(async () => {
    await api.post("/v3/join", { token: tokenIn(link), password, cookie: true });
    await enter();
  });
  const accept = useAct(async () => {
    await api.post("/v3/invitations/accept", { token: tokenIn(link) });
    await enter();
  });
  return (
    <Door title="You are invited" lead="Choose a password for your account. The invitation names its e-mail.">
      <form onSubmit={(event) => { event.preventDefault(); void join.run(); }}>
        {!given && <Text label="Invitation link" required value={link} onValue={setLink} hint="A member of the workspace gave it to you." />}
        <Text label="Password" type="password" autocomplete="new-password" minLength={12} required value={password} onValue={setPassword}
              hint="At least 12 characters. A sentence is good." />
        <Wrong error={join.error ?? accept.error} />
        <Button kind="primary" type="submit" busy={join.busy}>Join</Button>
      </form>
      <details>
        <summary>You have an account here already</summary>
        <p>Sign in first, open the link again, and take the invitation with that account.</p>
        <Button onClick={() => void accept.run()} busy={accept.busy}>Take it with the account that is signed in</Button>
      </details>
    </Door>
  );
}
