#include "store/sqlite/session.h"

#include "store/sqlite/store.h"

namespace signet::store {
namespace {

constexpr std::uint8_t state_version = 1, listens_not = 255;

struct SessionRow {
  std::int64_t lifetime;
  std::optional<Timestamp> ends_at;
  Buffer state;
};
Result<SessionRow> read_session(const Row& row) { return SessionRow{row.integer(0), row.maybe_time(1), row.blob(2)}; }

Status read_state(Reader& in, fleet::DeviceSession& session) {
  if (TRY(in.u8()) != state_version) return Error{Errc::corrupt, "a session of another version"};
  const std::uint8_t listens = TRY(in.u8());
  if (listens != listens_not) session.listens = listens;
  session.last_id = TRY(in.u16_be());
  for (std::uint16_t left = TRY(in.u16_be()); left > 0; --left) session.unreleased.push_back(TRY(in.u16_be()));
  for (std::uint16_t left = TRY(in.u16_be()); left > 0; --left) {
    fleet::DeviceSession::Down down;
    down.packet_id = TRY(in.u16_be());
    down.sent = TRY(in.u8()) != 0;
    const std::uint64_t expires_at = TRY(in.u64_be());
    if (expires_at != 0) down.expires_at = from_epoch_micros(static_cast<std::int64_t>(expires_at));
    const std::size_t size = TRY(in.u32_be());
    down.payload = text_of(TRY(in.take(size)));
    session.down.push_back(std::move(down));
  }
  return in.end();
}

}  // namespace

Buffer encode_session_state(const fleet::DeviceSession& session) {
  Buffer out;
  Writer to{out};
  to.u8(state_version).u8(session.listens.value_or(listens_not)).u16_be(session.last_id);
  to.u16_be(static_cast<std::uint16_t>(session.unreleased.size()));
  for (const std::uint16_t packet_id : session.unreleased) to.u16_be(packet_id);
  to.u16_be(static_cast<std::uint16_t>(session.down.size()));
  for (const fleet::DeviceSession::Down& down : session.down) {
    const std::int64_t expires_at = down.expires_at ? epoch_micros(*down.expires_at) : 0;
    to.u16_be(down.packet_id).u8(down.sent ? 1 : 0).u64_be(static_cast<std::uint64_t>(expires_at));
    to.u32_be(static_cast<std::uint32_t>(down.payload.size())).text(down.payload);
  }
  return out;
}

Status decode_session_state(Bytes state, fleet::DeviceSession& session) {
  Reader in{state};
  const Status read = read_state(in, session);
  if (!read) return Error{Errc::corrupt, "a kept session: " + read.error().what};
  return {};
}

Status SqliteChanges::put_session(const fleet::DeviceSession& session) {
  const NumberedDevice device = TRY(numbers_of(session.device));
  const Buffer state = encode_session_state(session);
  return database_.run("INSERT OR REPLACE INTO sessions (device, lifetime, ends_at, state) VALUES (?, ?, ?, ?)",
                       device.device, static_cast<std::int64_t>(session.lifetime.count()), session.ends_at,
                       Bytes{state});
}
Status SqliteChanges::leave_session(const DeviceId& device, Seconds lifetime, Timestamp ends_at) {
  return database_.run(
      "UPDATE sessions SET lifetime = ?, ends_at = ? WHERE device = (SELECT number FROM devices WHERE id = ?)",
      static_cast<std::int64_t>(lifetime.count()), ends_at, device);
}
Status SqliteChanges::remove_session(const DeviceId& device) {
  return database_.run("DELETE FROM sessions WHERE device = (SELECT number FROM devices WHERE id = ?)", device);
}
Status SqliteChanges::remove_sessions_ended_at(Timestamp now) {
  return database_.run("DELETE FROM sessions WHERE ends_at <= ?", now);
}
Status SqliteChanges::end_connected_sessions(Timestamp now) {
  return database_.run("UPDATE sessions SET ends_at = ? + lifetime * 1000000 WHERE ends_at IS NULL", now);
}

Result<std::optional<fleet::DeviceSession>> SqliteStore::session(const DeviceId& device) {
  const auto row = TRY(database_.one(
      read_session,
      "SELECT s.lifetime, s.ends_at, s.state FROM sessions s JOIN devices d ON d.number = s.device WHERE d.id = ?",
      device));
  if (!row) return std::optional<fleet::DeviceSession>{};
  fleet::DeviceSession session{.device = device, .lifetime = Seconds{row->lifetime}, .ends_at = row->ends_at};
  TRY(decode_session_state(row->state, session));
  return std::optional{std::move(session)};
}

}  // namespace signet::store
