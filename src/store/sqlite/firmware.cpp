#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<std::int64_t> read_first(const Row& row) { return row.integer(0); }

Result<fleet::Firmware> read_firmware(const Row& row) {
  fleet::Firmware out;
  out.id = TRY(row.id<fleet::FirmwareId>(0)), out.workspace = TRY(row.id<WorkspaceId>(1));
  out.name = row.text(2), out.description = row.text(3), out.created_at = row.time(4);
  return out;
}

// A version with one of its images, or none.
Result<fleet::FirmwareVersion> read_version(const Row& row) {
  fleet::FirmwareVersion out;
  out.firmware = TRY(row.id<fleet::FirmwareId>(0)), out.version = row.text(1), out.created_at = row.time(2);
  if (row.is_null(3)) return out;
  fleet::FirmwareImage image;
  image.part = static_cast<unsigned>(row.integer(3)), image.size = static_cast<std::uint64_t>(row.integer(4));
  image.sha256 = TRY(row.block<32>(5)), image.md5 = TRY(row.block<16>(6)), image.chunks = row.blob(7);
  image.kind = row.text(8), image.version = row.text(9), image.board = row.text(10), image.os_version = row.text(11);
  image.security_counter = row.integer(12), image.key_hash = TRY(row.block<32>(13)), image.uploaded_at = row.time(14);
  out.images.push_back(std::move(image));
  return out;
}

// One row an image, in order: those of one version follow each other.
std::vector<fleet::FirmwareVersion> gathered(std::vector<fleet::FirmwareVersion> rows) {
  std::vector<fleet::FirmwareVersion> out;
  for (fleet::FirmwareVersion& row : rows) {
    if (!out.empty() && out.back().version == row.version)
      out.back().images.push_back(std::move(row.images.front()));
    else
      out.push_back(std::move(row));
  }
  return out;
}

}  // namespace

Status SqliteChanges::put_firmware(const fleet::Firmware& f) {
  return database_.run(
      "INSERT INTO firmwares (id, workspace, name, description, created_at) VALUES "
      "(?, (SELECT number FROM workspaces WHERE id = ?), ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
      "name = excluded.name, description = excluded.description",
      f.id, f.workspace, f.name, f.description, f.created_at);
}

Status SqliteChanges::remove_firmware(const fleet::FirmwareId& id) {
  TRY(database_.run("DELETE FROM firmware_images WHERE firmware = ?", id));
  TRY(database_.run("DELETE FROM firmware_versions WHERE firmware = ?", id));
  return database_.run("DELETE FROM firmwares WHERE id = ?", id);
}

Status SqliteChanges::put_version(const fleet::FirmwareVersion& v) {
  const auto there = TRY(database_.one(read_first, "SELECT 1 FROM firmwares WHERE id = ?", v.firmware));
  if (!there) return Error{Errc::not_found, "no firmware " + v.firmware.str()};
  TRY(database_.run("DELETE FROM firmware_images WHERE firmware = ? AND version = ?", v.firmware, v.version));
  TRY(
      database_.run("INSERT INTO firmware_versions (firmware, version, created_at) VALUES (?, ?, ?) "
                    "ON CONFLICT DO NOTHING",
                    v.firmware, v.version, v.created_at));
  for (const fleet::FirmwareImage& image : v.images) {
    TRY(database_.run(
        "INSERT INTO firmware_images (firmware, version, part, size, sha256, md5, chunks, kind, own_version, board, "
        "os_version, security_counter, key_hash, uploaded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        v.firmware, v.version, static_cast<std::int64_t>(image.part), static_cast<std::int64_t>(image.size),
        image.sha256, Bytes{image.md5}, Bytes{image.chunks}, image.kind, image.version, image.board, image.os_version,
        image.security_counter, image.key_hash, image.uploaded_at));
  }
  return {};
}

Status SqliteChanges::remove_version(const fleet::FirmwareId& firmware, std::string_view version) {
  TRY(database_.run("DELETE FROM firmware_images WHERE firmware = ? AND version = ?", firmware, version));
  return database_.run("DELETE FROM firmware_versions WHERE firmware = ? AND version = ?", firmware, version);
}

Result<std::vector<fleet::Firmware>> SqliteStore::firmwares(const WorkspaceId& workspace) {
  return database_.list(read_firmware,
                        "SELECT f.id, w.id, f.name, f.description, f.created_at FROM firmwares f "
                        "JOIN workspaces w ON w.number = f.workspace WHERE w.id = ? ORDER BY f.id",
                        workspace);
}
Result<std::optional<fleet::Firmware>> SqliteStore::firmware(const fleet::FirmwareId& id) {
  return database_.one(read_firmware,
                       "SELECT f.id, w.id, f.name, f.description, f.created_at FROM firmwares f "
                       "JOIN workspaces w ON w.number = f.workspace WHERE f.id = ?",
                       id);
}
Result<std::vector<fleet::FirmwareVersion>> SqliteStore::versions(const fleet::FirmwareId& firmware) {
  return gathered(TRY(database_.list(
      read_version,
      "SELECT v.firmware, v.version, v.created_at, i.part, i.size, i.sha256, i.md5, i.chunks, i.kind, i.own_version, "
      "i.board, i.os_version, i.security_counter, i.key_hash, i.uploaded_at FROM firmware_versions v "
      "LEFT JOIN firmware_images i ON i.firmware = v.firmware AND i.version = v.version WHERE v.firmware = ? "
      "ORDER BY v.version, i.part",
      firmware)));
}
Result<std::optional<fleet::FirmwareVersion>> SqliteStore::version(const fleet::FirmwareId& firmware,
                                                                   std::string_view version) {
  const auto found = gathered(TRY(database_.list(
      read_version,
      "SELECT v.firmware, v.version, v.created_at, i.part, i.size, i.sha256, i.md5, i.chunks, i.kind, i.own_version, "
      "i.board, i.os_version, i.security_counter, i.key_hash, i.uploaded_at FROM firmware_versions v "
      "LEFT JOIN firmware_images i ON i.firmware = v.firmware AND i.version = v.version WHERE v.firmware = ? AND "
      "v.version = ? ORDER BY i.part",
      firmware, version)));
  return found.empty() ? std::nullopt : std::optional{found.front()};
}
Result<std::uint64_t> SqliteStore::image_bytes(const WorkspaceId& workspace) {
  const auto sum =
      TRY(database_.one(read_first,
                        "SELECT coalesce(sum(i.size), 0) FROM firmware_images i JOIN firmwares f ON f.id = i.firmware "
                        "JOIN workspaces w ON w.number = f.workspace WHERE w.id = ?",
                        workspace));
  return static_cast<std::uint64_t>(sum.value_or(0));
}
Result<bool> SqliteStore::has_image(const crypto::Digest& sha256) {
  return TRY(database_.one(read_first, "SELECT 1 FROM firmware_images WHERE sha256 = ? LIMIT 1", sha256)).has_value();
}

}  // namespace signet::store
