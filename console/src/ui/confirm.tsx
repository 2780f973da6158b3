import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAct } from "../core/load";
import { Button, Dialog, Failure, Text } from "./parts";

export interface Sure {
  title: string; explains: ComponentChildren; does: string; danger: boolean;
  wantsReason?: boolean; wantsName?: boolean; run: (reason: string) => Promise<unknown>;
}

// Says what will happen to what, and wants its name where nothing brings it back.
export function Confirm(props: { act: Sure; kind: string; name: string; onClose: () => void; onDone: () => void }) {
  const { act, kind, name, onClose } = props;
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const state = useAct(async () => {
    await act.run(reason);
    onClose();
    props.onDone();
  });
  const ready = (!act.wantsName || typed === name) && (!act.wantsReason || reason.trim() !== "");
  return (
    <Dialog title={act.title} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); if (ready) void state.run(); }}>
        <div class="explains">{act.explains}</div>
        {act.wantsReason && <Text label="Reason, for the audit" required maxLength={256} autofocus value={reason} onValue={setReason} />}
        {act.wantsName && <Text label={`Write the ${kind}'s name, ${name}, to confirm`} required value={typed} onValue={setTyped} />}
        {state.error && <Failure error={state.error} />}
        <footer><Button onClick={onClose}>Cancel</Button><Button kind={act.danger ? "danger" : "primary"} type="submit" disabled={!ready} busy={state.busy}>{act.does}</Button></footer>
      </form>
    </Dialog>
  );
}
