import { useEffect, useRef, useState } from "preact/hooks";
import { api, segment, urlOf } from "../core/api";
import { bytes, plural } from "../core/format";
import { useAct, useAll, useLoad } from "../core/load";
import { atLeast, type Firmware, type FirmwareImage, type FirmwareVersion } from "../core/model";
import { navigate, useTitle } from "../core/router";
import { useRole } from "../core/session";
import { rightVersion } from "../core/updates";
import { Confirm } from "../ui/confirm";
import { Icon } from "../ui/icon";
import { Naming } from "../ui/naming";
import { Badge, Button, Card, Command, Copy, Dialog, Empty, Facts, Failure, Loaded, Page, Text, When } from "../ui/parts";
import { Bar } from "../ui/progress";
import { useFleets } from "./update_order";

const imageBytesMax = 8 * 1024 * 1024 + 8 * 1024; // as the manager takes it

// One image or two, dropped or chosen: which part each is, it says itself.
function Upload({ path, onDone }: { path: string; onDone: () => void }) {
  const [files, setFiles] = useState<File[]>([]);
  const [version, setVersion] = useState("");
  const [over, setOver] = useState(false);
  const [gone, setGone] = useState<{ name: string; percent: number }>();
  const input = useRef<HTMLInputElement>(null);
  const take = (list: FileList | null | undefined) => setFiles((now) => [...now, ...(list ?? [])].slice(-2));
  const act = useAct(async () => {
    for (const file of files) {
      setGone({ name: file.name, percent: 0 });
      try {
        await api.upload(`${path}/versions/${segment(version)}`, file, (part) => setGone({ name: file.name, percent: part * 100 }));
      } finally {
        setGone(undefined);
      }
      onDone();
    }
    setFiles([]), setVersion("");
  });
  const large = files.find((one) => one.size > imageBytesMax);
  const well = rightVersion.test(version);
  return (
    <Card title="Upload a version">
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <div class={`drop ${over ? "over" : ""}`}
             onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
             onDrop={(event) => { event.preventDefault(); setOver(false); take(event.dataTransfer?.files); }}>
          <Icon name="upload" />
          <p>Drop a signed image here, or two: the OS and the application</p>
          <Button onClick={() => input.current?.click()}>Choose files</Button>
          <input ref={input} type="file" multiple class="hidden" tabIndex={-1} aria-label="Signed images" onChange={(event) => { take(event.currentTarget.files); event.currentTarget.value = ""; }} />
          {files.length > 0 && <ul class="needs">{files.map((one) => <li key={one.name} class="has"><Icon name="check" /><span class="break">{one.name}</span> <span class="muted">{bytes(one.size)}</span></li>)}</ul>}
        </div>
        {large && <p class="verdict bad">{large.name} has more than {bytes(imageBytesMax)}, which no board takes.</p>}
        {files.length > 0 && (
          <>
            <Text label="Version" required maxLength={32} value={version} onValue={setVersion} hint="As 1.2.0: letters, digits, '.', '-', '_' or '+'. It stays what it is once devices are updated to it." />
            {version !== "" && !well && <p class="wrong" role="alert">A version is 1 to 32 letters, digits, '.', '-', '_' or '+', as 1.2.0.</p>}
            <div role="status">{gone && <Bar label={`Uploading ${gone.name}`} percent={gone.percent} />}</div>
            <footer class="row"><Button onClick={() => { setFiles([]); act.clear(); }}>Start over</Button>
              <Button kind="primary" type="submit" disabled={!well || !!large} busy={act.busy}>Upload {plural(files.length, "image")}</Button></footer>
          </>
        )}
        {act.error && <Failure error={act.error} />}
      </form>
    </Card>
  );
}

function Image({ of }: { of: FirmwareImage }) {
  return (
    <div class="certificate">
      <h3>{of.part === "os" ? "OS" : "Application"}</h3>
      <Facts rows={[
        ["It says", <span class="text">{of.kind} {of.version}, for {of.board}{of.os_version ? `, made for OS ${of.os_version}` : ""}</span>], ["Security counter", String(of.security_counter)],
        ["Size", bytes(of.size)], ["SHA-256", <span class="mono break">{of.sha256}<Copy text={of.sha256} /></span>],
        ["Key that it names", <span class="mono break">{of.signed_by}</span>], ["Uploaded", <When at={of.uploaded_at} />],
      ]} />
    </div>
  );
}

// Every device of some fleets, at once; none chosen is all of them.
function OnFleets(props: { workspace: string; firmware: Firmware; version: string; onClose: () => void }) {
  const { workspace, firmware, version } = props;
  const fleets = useFleets(workspace);
  const [told, tell] = useState<number>();
  const act = useAct(async () => {
    const path = urlOf(`/v3/workspaces/${workspace}/fota/${firmware.id}/versions/${segment(version)}`, { fleet: fleets.chosen });
    tell((await api.post<{ fota: { devices: string[] } }>(path)).fota.devices.length);
  });
  if (told !== undefined) {
    return (
      <Dialog title={`${plural(told, "device")} will fetch ${firmware.name} ${version}`} onClose={props.onClose}>
        <p>Each as soon as it is there. How it goes stands on its page, under Firmware.</p>
        <footer><Button kind="primary" onClick={props.onClose}>Close</Button></footer>
      </Dialog>
    );
  }
  return (
    <Dialog title={`Update fleets to ${firmware.name} ${version}`} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (fleets.chosen.length) void act.run(); }}>
        <p>Every device of these fleets is told at once. What is open on them is cancelled.</p>
        {fleets.fields}
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={props.onClose}>Cancel</Button><Button kind="danger" type="submit" disabled={fleets.chosen.length === 0} busy={act.busy}>Update {plural(fleets.chosen.length, "fleet")} at once</Button></footer>
      </form>
    </Dialog>
  );
}

type Open = { what: "rename" } | { what: "remove" } | { what: "remove version"; version: string } | { what: "update"; version: string } | null;

function Dialogs(props: { workspace: string; path: string; firmware: Firmware; open: Open; close: () => void; onChanged: () => void; onVersions: () => void }) {
  const { workspace, path, firmware, open, close } = props;
  if (!open) return null;
  if (open.what === "rename") return <Naming title={`Name and purpose of ${firmware.name}`} does="Save" first={firmware} save={(named) => api.put(path, named)} onClose={close} onDone={props.onChanged} />;
  if (open.what === "update") return <OnFleets workspace={workspace} firmware={firmware} version={open.version} onClose={close} />;
  if (open.what === "remove") {
    const act = {
      title: `Remove ${firmware.name}?`, does: `Remove ${firmware.name}`, danger: true, wantsName: true, run: () => api.remove(path),
      explains: <p>{firmware.name} goes with all its versions and images. Devices that run it go on; what they were updated to stays in their history.</p>,
    };
    return <Confirm act={act} kind="firmware" name={firmware.name} onClose={close} onDone={() => navigate(`/w/${workspace}/firmwares`, "replace")} />;
  }
  const act = {
    title: `Remove version ${open.version}?`, does: `Remove ${open.version}`, danger: true, run: () => api.remove(`${path}/versions/${segment(open.version)}`),
    explains: <p>Version {open.version} of {firmware.name} goes with its images. Devices that run it go on.</p>,
  };
  return <Confirm act={act} kind="version" name={open.version} onClose={close} onDone={props.onVersions} />;
}

export function FirmwareScreen({ workspace, firmware: id }: { workspace: string; firmware: string }) {
  const path = `/v3/workspaces/${workspace}/firmwares/${id}`;
  const load = useLoad<{ firmware: Firmware }>(path);
  const versions = useAll<{ versions: FirmwareVersion[] }>(`${path}/versions`, "versions");
  const role = useRole(workspace);
  const [open, setOpen] = useState<Open>(null);
  const mayUpload = atLeast(role, "operator"), mayRemove = atLeast(role, "admin");
  useTitle(load.value?.firmware.name ?? "Firmware");
  useEffect(() => { // a file that misses the field would take the reader away from here
    const stay = (event: DragEvent) => event.preventDefault();
    addEventListener("dragover", stay), addEventListener("drop", stay);
    return () => (removeEventListener("dragover", stay), removeEventListener("drop", stay));
  }, []);
  return (
    <Loaded from={load} what="Loading the firmware">
      {({ firmware }) => (
        <>
          <p class="crumbs"><a href={`/w/${workspace}/firmwares`}>Firmwares</a></p>
          <Page title={firmware.name} lead={<span class="text">{firmware.description} <span class="mono">{id}<Copy text={id} label="Copy the id" /></span></span>}
                actions={<>{mayUpload && <Button onClick={() => setOpen({ what: "rename" })}>Name and purpose …</Button>}{mayRemove && <Button kind="danger" onClick={() => setOpen({ what: "remove" })}>Remove …</Button>}</>}>
            {mayUpload ? <Upload path={path} onDone={versions.reload} /> : role && <p class="muted">Uploading needs the role operator; yours is {role}.</p>}
            <Loaded from={versions} what="Loading versions">
              {({ versions: all }) => all.length === 0 ? (
                <Empty title="No version yet"><p>Give it a signed image, above or so:</p><Command text={`signet firmware upload ${id} 1.2.0 lamp.signed.img`} /></Empty>
              ) : [...all].reverse().map((one, at) => (
                <Card key={one.version} title={<>{one.version} {at === 0 && <Badge tone="good">newest</Badge>}</>} actions={
                  <>{mayUpload && <Button kind="primary" aria-label={`Update fleets to ${one.version}`} onClick={() => setOpen({ what: "update", version: one.version })}>Update fleets …</Button>}
                    {mayRemove && <Button kind="danger" aria-label={`Remove version ${one.version}`} onClick={() => setOpen({ what: "remove version", version: one.version })}>Remove …</Button>}</>
                }>
                  <div class="columns">{one.images.map((image) => <Image key={image.sha256} of={image} />)}</div>
                </Card>
              ))}
            </Loaded>
          </Page>
          <Dialogs workspace={workspace} path={path} firmware={firmware} open={open} close={() => setOpen(null)} onChanged={load.reload} onVersions={versions.reload} />
        </>
      )}
    </Loaded>
  );
}
