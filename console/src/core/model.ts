// What the manager answers: /v3/openapi.json of a manager has the same with every field's meaning.

export interface Account { id: string; email: string; created_at: string }
export interface Session { account: Account | null; csrf: string | null; runs_manager: boolean; needs_setup: boolean }
export interface Workspace { id: string; name: string; description: string; created_at: string; retention_days: number }
export interface Fleet { id: string; name: string; description: string; created_at: string }
export type Assurance = "hardware" | "emulated" | "software";
export type IdentityState = "known" | "claimed" | "revoked" | "quarantined";
export interface Identity {
  device_id: string | null; dcn: string; revoked: boolean; expires_at: string;
  state: IdentityState; assurance: Assurance; origin: string; fingerprint: string;
}
export interface Device {
  id: string; name: string; fleet_id: string; fleet_name: string; workspace_id: string; created_at: string;
  phys_id: string; identities: Identity[] | null; online: boolean; last_seen: string | null;
  firmware?: RunningFirmware | null; // of one device, not in a list
}
export interface RunningFirmware { id: string | null; name: string; version: string | null; on_trial: boolean; since: string }
export interface Registered { identity: Identity; certificate: string; signer: string }
export interface TwinEntry { t: number; v: unknown }
export interface Twin { current: Record<string, TwinEntry>; expected: Record<string, TwinEntry>; delta: Record<string, TwinEntry> }
export type JobStatus = "pending" | "done" | "failed" | "expired" | "cancelled";
export interface Job {
  id: string; name: string; status: JobStatus; scheduled_at: string; args: unknown; result: unknown; device_id: string;
  due_at: string; expires_at: string | null; finished_at: string | null; retries: number; detail: string;
}
export interface Variable {
  name: string; value: unknown; updated_at: string | null; pending: unknown; pending_since: string | null;
}
export interface Condition {
  number: number; uuid: string; tag: string; device_id: string; device_name: string; payload: unknown; payloadf: unknown;
  start: string; finish: string | null; duration: number | null;
}
export interface Reading {
  timestamp_device: string; timestamp_in: string; device_id: string; tag: string; payload: Record<string, unknown>;
}
export interface Aggregate {
  start: string; count: number; avg: number | null; min: number | null; max: number | null; sum: number | null; last: number | null;
}
export interface AuditEntry {
  number: number; at: string; actor: string; action: string; subject: string; address: string; allowed: boolean;
  detail: string; request_id?: string | null; hash: string | null;
}
export interface Refusal { reason: string; count: number }
export interface Knocker {
  address: string; admitted: number; refusals: Refusal[]; at_home: boolean; last_seen: string; banned_until: string | null;
}
export interface Ban { address: string; until: string; manual: boolean; strikes: number; reason: string }
export interface SecurityTop { admitted: number; refusals: Refusal[]; knockers: Knocker[]; bans: Ban[] }
export type Role = "viewer" | "operator" | "admin" | "owner";
export interface Member { account_id: string; email: string; role: Role; since: string }
export interface Invitation { id: string; email: string; role: Role; invited_by: string; created_at: string; expires_at: string }
export interface ApiKey {
  id: string; name: string; prefix: string; role: Role; read_only: boolean; account_id: string; created_at: string;
  expires_at: string | null; last_used: string | null;
}
export interface OwnSession {
  id: string; address: string; created_at: string; last_used: string | null; expires_at: string | null; this: boolean;
}
export interface Integration {
  id: string; name: string; stream: "data" | "event" | "condition"; url: string; fleets: string[]; tags: string[]; has_token: boolean;
  enabled: boolean; status: "on" | "failing" | "off" | "failed"; created_at: string; delivered: number; dropped: number; dead_letters: number;
  waiting: number; delivered_at: string | null; failures: number; failing_since: string | null; retry_at: string | null;
  error: string; last_test: { at: string; done: boolean; status: number; error: string } | null;
}
export interface DeadLetter { number: number; at: string; reason: string; batch_id: string; replays: number; body: unknown }
export interface Firmware { id: string; name: string; workspace_id: string; description: string; created_at: string }
export interface FirmwareImage {
  part: "os" | "application"; kind: string; version: string; board: string; os_version: string | null; security_counter: number;
  signed_by: string; size: number; sha256: string; uploaded_at: string;
}
export interface FirmwareVersion { firmware_id: string; version: string; size: number[]; created_at: string; images: FirmwareImage[] }
export type UpdateStatus = "waiting" | "pending" | "done" | "failed" | "cancelled";
export interface Update {
  id: string; device_id: string; status: UpdateStatus; scheduled_at: string; value: { firmware_id: string; firmware_version: string };
  told_at: string | null; progress: string; percent: number[]; progress_at: string | null; finished_at: string | null; detail: string;
  rollout_id: string | null; wave: number | null;
}
export type RolloutStatus = "running" | "paused" | "halted" | "aborted" | "done";
export interface WaveCounts { waiting: number; pending: number; done: number; failed: number; cancelled: number; devices: number }
export interface Rollout {
  id: string; workspace_id: string; firmware_id: string; firmware_version: string; status: RolloutStatus; detail: string;
  canaries: number; waves: number[]; soak: number; failures_percent: number; return_within: number; window: string; wave: number;
  counts: WaveCounts[]; created_at: string; wave_ended_at: string | null; finished_at: string | null;
}
export interface Server { version: string; fingerprint: string; device_port: number; store_version: number; receipt_key: string }

export const roles: Role[] = ["viewer", "operator", "admin", "owner"];
export const atLeast = (mine: Role | null, wanted: Role) => mine !== null && roles.indexOf(mine) >= roles.indexOf(wanted);
