import type { ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { navigate, usePlace } from "./core/router";
import { askSession, session } from "./core/session";
import { useStore } from "./core/store";
import { Devices } from "./screens/devices";
import { Join, SetUp, SignIn } from "./screens/sign_in";
import { Workspaces } from "./screens/workspaces";
import { Empty, Failure, Loading } from "./ui/parts";
import { Shell } from "./ui/shell";

// A screen that is fetched when it is first opened: the first view stays small.
function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Later(props: P) {
    const [failed, fail] = useState<Error>();
    const [, show] = useState(0);
    useEffect(() => {
      if (!loaded) load().then((screen) => ((loaded = screen), show(1)), fail);
    }, []);
    if (failed) return <Failure error={new Error("A part of the console did not come. Reload the page.")} retry={() => location.reload()} />;
    const Screen = loaded;
    return Screen ? <Screen {...props} /> : <Loading />;
  };
}

type InWorkspace = { workspace: string };
const Device = later(async () => (await import("./screens/device")).DeviceScreen);
const Account = later(async () => (await import("./screens/account")).Account);
const Fleets = later(async () => (await import("./screens/fleets")).Fleets);
const Firmwares = later(async () => (await import("./screens/firmwares")).Firmwares);
const Firmware = later(async () => (await import("./screens/firmware")).FirmwareScreen);
const Rollouts = later(async () => (await import("./screens/rollouts")).Rollouts);
const RolloutOf = later(async () => (await import("./screens/rollout")).RolloutScreen);
const Conditions = later(async () => (await import("./screens/conditions")).Conditions);
const Integrations = later(async () => (await import("./screens/integrations")).Integrations);
const Members = later(async () => (await import("./screens/members")).Members);
const Keys = later(async () => (await import("./screens/keys")).Keys);
const Settings = later(async () => (await import("./screens/settings")).Settings);
const Registry = later(async () => (await import("./screens/registry")).Registry);
const Unit = later(async () => (await import("./screens/unit")).UnitScreen);
const Security = later(async () => (await import("./screens/security")).Security);
const Audit = later(async () => (await import("./screens/audit")).Audit);
const System = later(async () => (await import("./screens/system")).System);

const inWorkspace: Record<string, ComponentType<InWorkspace>> = {
  devices: Devices, fleets: Fleets, firmwares: Firmwares, rollouts: Rollouts, conditions: Conditions, integrations: Integrations, members: Members, keys: Keys, settings: Settings,
};
const ofManager: Record<string, ComponentType> = { registry: Registry, security: Security, audit: Audit, system: System };

function screenAt(path: string): VNode {
  const [first = "", second = "", third = "", fourth = "", fifth = ""] = path.split("/").slice(1).map(decodeURIComponent);
  if (!first || first === "workspaces" || first === "sign-in" || first === "setup") return <Workspaces />;
  if (first === "account") return <Account />;
  if (first === "w" && third === "devices" && fourth) return <Device workspace={second} device={fourth} tab={fifth || "overview"} />;
  if (first === "w" && third === "firmwares" && fourth && !fifth) return <Firmware key={fourth} workspace={second} firmware={fourth} />;
  if (first === "w" && third === "rollouts" && fourth && !fifth) return <RolloutOf key={fourth} workspace={second} rollout={fourth} />;
  const Screen = first === "w" ? inWorkspace[third || "devices"] : undefined;
  if (Screen && !fourth) return <Screen key={second} workspace={second} />;
  if (first === "manager" && second === "registry" && third) return <Unit dcn={third} />;
  const Managed = first === "manager" ? ofManager[second] : undefined;
  if (Managed && !third) return <Managed />;
  return <Empty title="There is no such page"><p>The link may be old. <a href="/">All workspaces</a></p></Empty>;
}

export function App() {
  const state = useStore(session);
  const { path } = usePlace();
  const known = state.kind === "known" ? state.session : null;
  const arrived = known?.account && (path === "/sign-in" || path === "/setup");
  useEffect(() => {
    if (arrived) navigate("/", "replace");
  }, [arrived]);
  if (state.kind === "asking") return <main class="alone"><Loading what="Asking who is signed in" /></main>;
  if (state.kind === "failed") return <main class="alone"><Failure error={state.error as Error} retry={() => void askSession()} /></main>;
  if (path === "/join") return <Join />;
  if (!known!.account) return known!.needs_setup ? <SetUp /> : <SignIn />;
  return <Shell>{screenAt(path)}</Shell>;
}
