#include "store/sqlite/migrations.h"

#include <array>

namespace signet::store {
namespace {

// Times are microseconds since 1970. `number` is the order of creation. States and kinds are the numbers of the
// enums in fleet/model.h and fleet/ports.h.
constexpr const char* step_1 = R"sql(
CREATE TABLE accounts (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL) STRICT;

CREATE TABLE workspaces (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account INTEGER NOT NULL REFERENCES accounts, name TEXT NOT NULL,
  description TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
CREATE INDEX workspaces_of_account ON workspaces (account);

CREATE TABLE fleets (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspace INTEGER NOT NULL REFERENCES workspaces,
  name TEXT NOT NULL, description TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
CREATE INDEX fleets_of_workspace ON fleets (workspace);

CREATE TABLE devices (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workspace INTEGER NOT NULL REFERENCES workspaces,
  fleet INTEGER NOT NULL REFERENCES fleets, name TEXT NOT NULL, phys_id TEXT NOT NULL, created_at INTEGER NOT NULL,
  last_seen INTEGER) STRICT;
CREATE INDEX devices_of_workspace ON devices (workspace);

CREATE TABLE tokens (
  hash BLOB PRIMARY KEY, kind INTEGER NOT NULL, account INTEGER NOT NULL REFERENCES accounts,
  workspace INTEGER REFERENCES workspaces, name TEXT NOT NULL, prefix TEXT NOT NULL, created_at INTEGER NOT NULL,
  expires_at INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_expiry ON tokens (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE identities (
  number INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL UNIQUE, dcn TEXT NOT NULL, public_key BLOB NOT NULL,
  certificate BLOB NOT NULL, signer BLOB NOT NULL, not_before INTEGER NOT NULL, not_after INTEGER NOT NULL,
  assurance INTEGER NOT NULL, origin TEXT NOT NULL, state INTEGER NOT NULL, device INTEGER REFERENCES devices,
  jws TEXT NOT NULL, receipt TEXT NOT NULL DEFAULT '', legacy_nonce INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE UNIQUE INDEX identities_by_live_dcn ON identities (dcn) WHERE state <> 2;
CREATE INDEX identities_by_dcn ON identities (dcn);
CREATE INDEX identities_of_device ON identities (device) WHERE device IS NOT NULL;

CREATE TABLE readings (
  device INTEGER NOT NULL REFERENCES devices, tag TEXT NOT NULL, device_time INTEGER NOT NULL,
  received_at INTEGER NOT NULL, workspace INTEGER NOT NULL, payload TEXT NOT NULL,
  PRIMARY KEY (device, tag, device_time)) STRICT, WITHOUT ROWID;
CREATE INDEX readings_by_time ON readings (workspace, device_time, device, tag);

CREATE TABLE twin (
  device INTEGER NOT NULL REFERENCES devices, side INTEGER NOT NULL, key TEXT NOT NULL, millis INTEGER NOT NULL,
  value TEXT NOT NULL, PRIMARY KEY (device, side, key)) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
  address TEXT NOT NULL, allowed INTEGER NOT NULL, detail TEXT NOT NULL) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
)sql";

// How far the ingest log of each loop is in `readings`.
constexpr const char* step_2 = R"sql(
CREATE TABLE log_positions (log TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)sql";

// What devices and the manager have not finished saying; `state` is session.h's.
constexpr const char* step_3 = R"sql(
CREATE TABLE sessions (
  device INTEGER PRIMARY KEY REFERENCES devices, lifetime INTEGER NOT NULL, ends_at INTEGER,
  state BLOB NOT NULL) STRICT;
CREATE INDEX sessions_by_end ON sessions (ends_at);
)sql";

// The will of a device that has left and may be back before it is due.
constexpr const char* step_4 = R"sql(
ALTER TABLE sessions ADD COLUMN will BLOB;
ALTER TABLE sessions ADD COLUMN will_due INTEGER;
CREATE INDEX wills_by_time ON sessions (will_due) WHERE will_due IS NOT NULL;
)sql";

// Ids rise: they are the order of scheduling.
constexpr const char* step_5 = R"sql(
CREATE TABLE jobs (
  id TEXT PRIMARY KEY, device INTEGER NOT NULL REFERENCES devices, name TEXT NOT NULL, value TEXT NOT NULL,
  status INTEGER NOT NULL, scheduled_at INTEGER NOT NULL, due_at INTEGER NOT NULL, told INTEGER NOT NULL,
  expires_at INTEGER, retries INTEGER NOT NULL, retry_after INTEGER NOT NULL, finished_at INTEGER,
  result TEXT NOT NULL, detail TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_of_device ON jobs (device, id);
CREATE UNIQUE INDEX jobs_pending ON jobs (device, name) WHERE status = 0;
CREATE INDEX jobs_to_tell ON jobs (due_at) WHERE status = 0 AND told = 0;
CREATE INDEX jobs_to_end ON jobs (expires_at) WHERE status = 0 AND expires_at IS NOT NULL;
)sql";

// Wills are there from CONNECT on, so that they outlive a manager that dies.
constexpr const char* step_6 = R"sql(
ALTER TABLE sessions ADD COLUMN will_delay INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET will = NULL WHERE will_due IS NULL;
)sql";

constexpr const char* step_7 = R"sql(
CREATE TABLE conditions (
  number INTEGER PRIMARY KEY AUTOINCREMENT, device INTEGER NOT NULL REFERENCES devices, uuid TEXT NOT NULL,
  tag TEXT NOT NULL, payload TEXT NOT NULL, start INTEGER NOT NULL, payloadf TEXT NOT NULL, finish INTEGER,
  UNIQUE (device, uuid)) STRICT;
CREATE INDEX conditions_of_device ON conditions (device, number);
CREATE INDEX conditions_open ON conditions (number) WHERE finish IS NULL;
)sql";

// Entries from now on name the one before them; those before are not part of the chain.
constexpr const char* step_8 = R"sql(
ALTER TABLE audit ADD COLUMN hash BLOB;
)sql";

// A feed's line of a reading (payload NULL) names it by its key; of an event it is all there is. Neither hangs on a
// device: what is gone when it is its turn is left out. Lists have a line break between.
constexpr const char* step_9 = R"sql(
CREATE TABLE integrations (
  id TEXT PRIMARY KEY, workspace INTEGER NOT NULL REFERENCES workspaces, name TEXT NOT NULL, url TEXT NOT NULL,
  kind INTEGER NOT NULL, fleets TEXT NOT NULL, tags TEXT NOT NULL, token TEXT NOT NULL, secret BLOB NOT NULL,
  is_on INTEGER NOT NULL, created_at INTEGER NOT NULL, position INTEGER NOT NULL, failures INTEGER NOT NULL,
  failing_since INTEGER, retry_at INTEGER, trouble TEXT NOT NULL, delivered_at INTEGER, delivered INTEGER NOT NULL,
  dropped INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX integrations_of_workspace ON integrations (workspace);
CREATE TABLE feed (
  workspace INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, device INTEGER NOT NULL,
  label TEXT NOT NULL, at INTEGER NOT NULL, to_device INTEGER NOT NULL, payload TEXT,
  PRIMARY KEY (workspace, number)) STRICT, WITHOUT ROWID;
)sql";

// Readings lie in the order of time, where new ones come to the end: docs/decisions/0029.
constexpr const char* step_10 = R"sql(
CREATE TABLE readings_in_order (
  workspace INTEGER NOT NULL, device_time INTEGER NOT NULL, device INTEGER NOT NULL REFERENCES devices,
  tag TEXT NOT NULL, received_at INTEGER NOT NULL, payload TEXT NOT NULL,
  PRIMARY KEY (workspace, device_time, device, tag)) STRICT, WITHOUT ROWID;
INSERT INTO readings_in_order
  SELECT workspace, device_time, device, tag, received_at, payload FROM readings
  ORDER BY workspace, device_time, device, tag;
DROP TABLE readings;
ALTER TABLE readings_in_order RENAME TO readings;
CREATE UNIQUE INDEX readings_of_device ON readings (device, device_time, tag);
ALTER TABLE workspaces ADD COLUMN retention_days INTEGER NOT NULL DEFAULT 0;
)sql";

// Who made a workspace owns it. A key could do anything in its workspace; it gets a role that has no say over owners.
constexpr const char* step_11 = R"sql(
CREATE TABLE members (
  workspace INTEGER NOT NULL REFERENCES workspaces, account INTEGER NOT NULL REFERENCES accounts,
  role INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (workspace, account)) STRICT, WITHOUT ROWID;
CREATE INDEX members_of_account ON members (account);
INSERT INTO members SELECT number, account, 3, created_at FROM workspaces;

CREATE TABLE invitations (
  id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, workspace INTEGER NOT NULL REFERENCES workspaces,
  email TEXT NOT NULL, role INTEGER NOT NULL, invited_by INTEGER NOT NULL REFERENCES accounts,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, UNIQUE (workspace, email)) STRICT, WITHOUT ROWID;

ALTER TABLE tokens ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN role INTEGER NOT NULL DEFAULT 3;
ALTER TABLE tokens ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN last_used INTEGER;
UPDATE tokens SET id = 'tok-' || lower(hex(substr(hash, 1, 6)));
UPDATE tokens SET role = 2 WHERE kind = 1;
CREATE UNIQUE INDEX tokens_by_id ON tokens (id);
CREATE INDEX tokens_of_account ON tokens (account);
CREATE INDEX tokens_of_workspace ON tokens (workspace) WHERE workspace IS NOT NULL;

CREATE TABLE second_factors (
  account INTEGER PRIMARY KEY REFERENCES accounts, sealed BLOB NOT NULL, confirmed INTEGER NOT NULL,
  last_step INTEGER NOT NULL) STRICT;
CREATE TABLE recovery_codes (
  account INTEGER NOT NULL REFERENCES accounts, hash BLOB NOT NULL, PRIMARY KEY (account, hash)) STRICT, WITHOUT ROWID;
)sql";

// What integrations gave up on.
constexpr const char* step_12 = R"sql(
CREATE TABLE dead_letters (
  number INTEGER PRIMARY KEY AUTOINCREMENT, integration TEXT NOT NULL REFERENCES integrations, at INTEGER NOT NULL,
  reason TEXT NOT NULL, batch_id TEXT NOT NULL, body TEXT NOT NULL, replays INTEGER NOT NULL) STRICT;
CREATE INDEX dead_letters_of_integration ON dead_letters (integration, number);
)sql";

// Periodic exports; the files lie beside the database. Lists have a line break between.
constexpr const char* step_13 = R"sql(
CREATE TABLE exports (
  id TEXT PRIMARY KEY, workspace INTEGER NOT NULL REFERENCES workspaces, name TEXT NOT NULL, format INTEGER NOT NULL,
  hour INTEGER NOT NULL, weekday INTEGER, fleets TEXT NOT NULL, tags TEXT NOT NULL, is_on INTEGER NOT NULL,
  created_at INTEGER NOT NULL, covered INTEGER NOT NULL, due_at INTEGER NOT NULL, made_at INTEGER,
  trouble TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX exports_of_workspace ON exports (workspace);
)sql";

// Which request of a person or program an entry is of; its hash covers it when there is one.
constexpr const char* step_14 = R"sql(
ALTER TABLE audit ADD COLUMN request TEXT NOT NULL DEFAULT '';
)sql";

// Answers of named requests go with the token that asked.
constexpr const char* step_15 = R"sql(
CREATE TABLE answers (
  token TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE, name BLOB NOT NULL, request BLOB NOT NULL,
  at INTEGER NOT NULL, sealed BLOB, PRIMARY KEY (token, name)) STRICT, WITHOUT ROWID;
CREATE INDEX answers_of_token ON answers (token, at);
CREATE INDEX answers_by_age ON answers (at);
)sql";

// Devices in pages, by id; by name, for who names one.
constexpr const char* step_16 = R"sql(
CREATE INDEX devices_in_order ON devices (workspace, id);
CREATE INDEX devices_by_name ON devices (workspace, name, id);
DROP INDEX devices_of_workspace;
)sql";

// A removed device is a row without an id until its readings are erased.
constexpr const char* step_17 = R"sql(
ALTER TABLE devices ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX devices_removed ON devices (number) WHERE removed = 1;
CREATE INDEX devices_of_fleet ON devices (fleet);
)sql";

// Images are files beside the database, by their SHA-256. An update outlives the version that it names. An open one is
// waiting (0) or pending (1).
constexpr const char* step_18 = R"sql(
CREATE TABLE firmwares (
  id TEXT PRIMARY KEY, workspace INTEGER NOT NULL REFERENCES workspaces, name TEXT NOT NULL, description TEXT NOT NULL,
  created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX firmwares_of_workspace ON firmwares (workspace, id);
CREATE TABLE firmware_versions (
  firmware TEXT NOT NULL REFERENCES firmwares, version TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (firmware, version)) STRICT, WITHOUT ROWID;
CREATE TABLE firmware_images (
  firmware TEXT NOT NULL, version TEXT NOT NULL, part INTEGER NOT NULL, size INTEGER NOT NULL, sha256 BLOB NOT NULL,
  md5 BLOB NOT NULL, chunks BLOB NOT NULL, kind TEXT NOT NULL, own_version TEXT NOT NULL, board TEXT NOT NULL,
  os_version TEXT NOT NULL, security_counter INTEGER NOT NULL, key_hash BLOB NOT NULL, uploaded_at INTEGER NOT NULL,
  PRIMARY KEY (firmware, version, part),
  FOREIGN KEY (firmware, version) REFERENCES firmware_versions) STRICT, WITHOUT ROWID;
CREATE INDEX firmware_images_by_file ON firmware_images (sha256);

CREATE TABLE rollouts (
  id TEXT PRIMARY KEY, workspace INTEGER NOT NULL REFERENCES workspaces, firmware TEXT NOT NULL, version TEXT NOT NULL,
  canaries INTEGER NOT NULL, percents TEXT NOT NULL, soak INTEGER NOT NULL, failures_percent INTEGER NOT NULL,
  return_within INTEGER NOT NULL, window_from INTEGER, window_until INTEGER, status INTEGER NOT NULL,
  wave INTEGER NOT NULL, waves INTEGER NOT NULL, detail TEXT NOT NULL, created_at INTEGER NOT NULL,
  wave_ended_at INTEGER, finished_at INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX rollouts_of_workspace ON rollouts (workspace, id);
CREATE INDEX rollouts_running ON rollouts (id) WHERE status = 0;
CREATE TABLE updates (
  id TEXT PRIMARY KEY, device INTEGER NOT NULL REFERENCES devices, firmware TEXT NOT NULL, version TEXT NOT NULL,
  status INTEGER NOT NULL, scheduled_at INTEGER NOT NULL, told_at INTEGER, progress TEXT NOT NULL,
  os_percent INTEGER NOT NULL, application_percent INTEGER NOT NULL, progress_at INTEGER, finished_at INTEGER,
  detail TEXT NOT NULL, rollout TEXT REFERENCES rollouts, wave INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX updates_of_device ON updates (device, id);
CREATE INDEX updates_of_rollout ON updates (rollout, wave, status) WHERE rollout IS NOT NULL;
CREATE UNIQUE INDEX updates_open ON updates (device) WHERE status <= 1;
CREATE INDEX updates_wanted ON updates (firmware, version) WHERE status <= 1;
)sql";

constexpr std::array steps{step_1,  step_2,  step_3,  step_4,  step_5,  step_6,  step_7,  step_8,  step_9,
                           step_10, step_11, step_12, step_13, step_14, step_15, step_16, step_17, step_18};

Status migrate_one(Database& database, std::size_t step) {
  TRY(database.script("BEGIN IMMEDIATE"));
  TRY(database.script(steps[step]));
  TRY(database.script(("PRAGMA user_version = " + std::to_string(step + 1)).c_str()));
  return database.script("COMMIT");
}

}  // namespace

std::span<const char* const> migrations() { return steps; }

Status migrate(Database& database) {
  const std::int64_t known = static_cast<std::int64_t>(steps.size());
  const std::int64_t version = TRY(database.number("PRAGMA user_version"));
  if (version > known) {
    return Error{Errc::conflict, "its schema has version " + std::to_string(version) + ", this program knows up to " +
                                     std::to_string(known) + ": start the newer program, or restore a backup"};
  }
  if (version < 0) return Error{Errc::corrupt, "its schema has version " + std::to_string(version)};
  for (std::size_t step = static_cast<std::size_t>(version); step < steps.size(); ++step) {
    Status done = migrate_one(database, step);
    if (!done) {
      if (database.in_transaction()) TRY(database.script("ROLLBACK"));
      return std::move(done).error().within("migrate to version " + std::to_string(step + 1));
    }
  }
  return {};
}

}  // namespace signet::store
