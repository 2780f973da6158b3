import { useState } from "preact/hooks";
import { useAct } from "../core/load";
import { Button, Dialog, Failure, Text } from "./parts";

export interface Named { name: string; description: string }

// Asks for a name and what the thing is for: of a new one, or of one that has them.
export function Naming(props: {
  title: string; does: string; first?: Named; hint?: string; save: (named: Named) => Promise<unknown>; onClose: () => void; onDone: () => void;
}) {
  const [name, setName] = useState(props.first?.name ?? "");
  const [description, setDescription] = useState(props.first?.description ?? "");
  const act = useAct(async () => {
    await props.save({ name, description });
    props.onDone();
    props.onClose();
  });
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void act.run(); }}>
        <Text label="Name" required maxLength={128} autofocus value={name} onValue={setName} hint={props.hint} />
        <Text label="What it is for" maxLength={1024} value={description} onValue={setDescription} />
        {act.error && <Failure error={act.error} />}
        <footer><Button onClick={props.onClose}>Cancel</Button><Button kind="primary" type="submit" busy={act.busy}>{props.does}</Button></footer>
      </form>
    </Dialog>
  );
}
