#include "store/sqlite/store.h"

namespace signet::store {
namespace {

#define IDENTITY_COLUMNS                                                                                            \
  "i.fingerprint, i.dcn, i.public_key, i.certificate, i.signer, i.not_before, i.not_after, i.assurance, i.origin, " \
  "i.state, d.id, i.jws FROM identities i LEFT JOIN devices d ON d.number = i.device "

Result<fleet::Identity> read_identity(const Row& row) {
  fleet::Identity out;
  out.fingerprint = TRY(row.block<32>(0));
  out.dcn = row.text(1);
  out.public_key = TRY(row.block<64>(2));
  out.certificate = row.blob(3);
  out.signer = row.blob(4);
  out.not_before = row.time(5);
  out.not_after = row.time(6);
  out.assurance = TRY(row.name(7, element::Assurance::software));
  out.origin = row.text(8);
  out.state = TRY(row.name(9, fleet::IdentityState::quarantined));
  out.device = TRY(row.maybe_id<DeviceId>(10));
  out.jws = row.text(11);
  return out;
}

Result<fleet::Admissible> read_admissible(const Row& row) {
  fleet::Admissible out;
  out.fingerprint = TRY(row.block<32>(0));
  out.state = TRY(row.name(1, fleet::IdentityState::quarantined));
  out.not_before = row.time(2);
  out.not_after = row.time(3);
  out.device = TRY(row.maybe_id<DeviceId>(4));
  out.workspace = TRY(row.maybe_id<WorkspaceId>(5));
  return out;
}

Result<std::string> read_text(const Row& row) { return row.text(0); }
Result<std::int64_t> read_integer(const Row& row) { return row.integer(0); }

}  // namespace

Status SqliteChanges::add_identity(const fleet::Identity& i) {
  TRY(
      database_.run("INSERT INTO identities (fingerprint, dcn, public_key, certificate, signer, not_before, not_after, "
                    "assurance, origin, state, jws) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    i.fingerprint, i.dcn, i.public_key, i.certificate, i.signer, i.not_before, i.not_after,
                    static_cast<std::int64_t>(i.assurance), i.origin, static_cast<std::int64_t>(i.state), i.jws));
  if (!i.device) return {};
  return set_identity(i.fingerprint, i.state, i.device);
}

Status SqliteChanges::set_identity(const crypto::Digest& fingerprint, fleet::IdentityState state,
                                   const std::optional<DeviceId>& device) {
  if (!device) {
    TRY(database_.run("UPDATE identities SET state = ?, device = NULL WHERE fingerprint = ?",
                      static_cast<std::int64_t>(state), fingerprint));
  } else {
    TRY(database_.run(
        "UPDATE identities SET state = ?, device = d.number FROM (SELECT number FROM devices WHERE id = ?) d "
        "WHERE fingerprint = ?",
        static_cast<std::int64_t>(state), *device, fingerprint));
  }
  return must_change_one("identity or device");
}

Status SqliteChanges::set_receipt(const crypto::Digest& fingerprint, std::string_view receipt) {
  TRY(database_.run("UPDATE identities SET receipt = ? WHERE fingerprint = ?", receipt, fingerprint));
  return must_change_one("identity");
}
Status SqliteChanges::set_legacy_nonce(const crypto::Digest& fingerprint, std::int64_t nonce) {
  TRY(database_.run("UPDATE identities SET legacy_nonce = ? WHERE fingerprint = ?", nonce, fingerprint));
  return must_change_one("identity");
}

Status SqliteStore::each_admissible(const std::function<void(const fleet::Admissible&)>& take) {
  Cursor cursor =
      TRY(database_.ask("SELECT i.fingerprint, i.state, i.not_before, i.not_after, d.id, w.id FROM identities i "
                        "LEFT JOIN devices d ON d.number = i.device LEFT JOIN workspaces w ON w.number = d.workspace"));
  while (TRY(cursor.step())) take(TRY(read_admissible(cursor.row())));
  return {};
}
Result<std::optional<fleet::Identity>> SqliteStore::identity(const crypto::Digest& fingerprint) {
  return database_.one(read_identity, "SELECT " IDENTITY_COLUMNS "WHERE i.fingerprint = ?", fingerprint);
}
Result<std::optional<fleet::Identity>> SqliteStore::identity_by_dcn(std::string_view dcn) {
  return database_.one(read_identity,
                       "SELECT " IDENTITY_COLUMNS "WHERE i.dcn = ? ORDER BY i.state = 2, i.number DESC LIMIT 1", dcn);
}
Result<std::vector<fleet::Identity>> SqliteStore::identities_of(const DeviceId& device) {
  return database_.list(read_identity, "SELECT " IDENTITY_COLUMNS "WHERE d.id = ? ORDER BY i.number", device);
}
Result<std::vector<fleet::Identity>> SqliteStore::identities(const fleet::RegistryQuery& query) {
  std::int64_t after = 0;
  if (query.after) {
    const auto found =
        TRY(database_.one(read_integer, "SELECT number FROM identities WHERE fingerprint = ?", *query.after));
    if (!found) return std::vector<fleet::Identity>{};
    after = *found;
  }
  return database_.list(read_identity,
                        "SELECT " IDENTITY_COLUMNS "WHERE i.number > ? ORDER BY i.number LIMIT ? OFFSET ?", after,
                        static_cast<std::int64_t>(query.size), static_cast<std::int64_t>(query.page * query.size));
}
Result<std::string> SqliteStore::receipt(const crypto::Digest& fingerprint) {
  return TRY(database_.one(read_text, "SELECT receipt FROM identities WHERE fingerprint = ?", fingerprint))
      .value_or(std::string{});
}
Result<std::int64_t> SqliteStore::legacy_nonce(const crypto::Digest& fingerprint) {
  return TRY(database_.one(read_integer, "SELECT legacy_nonce FROM identities WHERE fingerprint = ?", fingerprint))
      .value_or(0);
}

}  // namespace signet::store
