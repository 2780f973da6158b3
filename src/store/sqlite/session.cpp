#include "store/sqlite/session.h"

#include "store/sqlite/store.h"

namespace signet::store {
namespace {

constexpr std::uint8_t state_version = 1, listens_not = 255;

constexpr std::uint8_t will_version = 1, on_up = 1, has_device_time = 2;

struct SessionRow {
  std::int64_t lifetime;
  std::optional<Timestamp> ends_at;
  Buffer state;
  std::optional<Buffer> will;
  Seconds will_delay;
  std::optional<Timestamp> will_due;
};
Result<SessionRow> read_session(const Row& row) {
  SessionRow out{row.integer(0), row.maybe_time(1), row.blob(2), {}, Seconds{row.integer(4)}, row.maybe_time(5)};
  if (!row.is_null(3)) out.will = row.blob(3);
  return out;
}
Result<fleet::DueWill> read_due(const Row& row) {
  fleet::DueWill out{TRY(row.id<DeviceId>(0)), {}};
  if (auto will = decode_will(row.blob(1))) out.will = std::move(will).value();  // a damaged one is to stop no other
  out.will.due = row.time(2);
  return out;
}

Result<fleet::DeviceSession::Will> read_will(Reader in) {
  if (TRY(in.u8()) != will_version) return Error{Errc::corrupt, "a will of another version"};
  const std::uint8_t flags = TRY(in.u8());
  if ((flags & ~(on_up | has_device_time)) != 0) return Error{Errc::corrupt, "unknown flags"};
  fleet::DeviceSession::Will will{.up = (flags & on_up) != 0};
  const std::uint64_t at = TRY(in.u64_be());
  if ((flags & has_device_time) != 0) will.device_time = from_epoch_micros(static_cast<std::int64_t>(at));
  if ((flags & has_device_time) == 0 && at != 0) return Error{Errc::corrupt, "a time that is none"};
  const std::size_t size = TRY(in.u8());
  will.tag = text_of(TRY(in.take(size)));
  will.payload = text_of(in.rest());
  return will;
}

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

Buffer encode_will(const fleet::DeviceSession::Will& will) {
  ENSURE(will.tag.size() <= UINT8_MAX);
  const int flags = (will.up ? on_up : 0) | (will.device_time ? has_device_time : 0);
  const std::int64_t at = will.device_time ? epoch_micros(*will.device_time) : 0;
  Buffer out;
  Writer to{out};
  to.u8(will_version).u8(static_cast<std::uint8_t>(flags)).u64_be(static_cast<std::uint64_t>(at));
  to.u8(static_cast<std::uint8_t>(will.tag.size())).text(will.tag).text(will.payload);
  return out;
}

Result<fleet::DeviceSession::Will> decode_will(Bytes bytes) {
  auto will = read_will(Reader{bytes});
  if (!will) return Error{Errc::corrupt, "a will: " + will.error().what};
  return will;
}

Status SqliteChanges::put_session(const fleet::DeviceSession& session) {
  const NumberedDevice device = TRY(numbers_of(session.device));
  const Buffer state = encode_session_state(session);
  return database_.run(
      "INSERT INTO sessions (device, lifetime, ends_at, state) VALUES (?, ?, ?, ?) ON CONFLICT (device) DO UPDATE SET "
      "lifetime = excluded.lifetime, ends_at = excluded.ends_at, state = excluded.state",
      device.device, static_cast<std::int64_t>(session.lifetime.count()), session.ends_at, Bytes{state});
}
Status SqliteChanges::put_will(const DeviceId& device, const std::optional<fleet::DeviceSession::Will>& will) {
  std::optional<Buffer> bytes;
  std::optional<Timestamp> due;
  std::int64_t delay = 0;
  if (will) bytes = encode_will(*will), due = will->due, delay = will->delay.count();
  return database_.run(
      "UPDATE sessions SET will = ?, will_delay = ?, will_due = ? "
      "WHERE device = (SELECT number FROM devices WHERE id = ?)",
      bytes ? std::optional{Bytes{*bytes}} : std::nullopt, delay, due, device);
}
Status SqliteChanges::leave_session(const DeviceId& device, Seconds lifetime, Timestamp at, bool last_words) {
  return database_.run(
      "UPDATE sessions SET lifetime = ?1, ends_at = ?2 + ?1 * 1000000, will = iif(?3, will, NULL), "
      "will_due = iif(?3 AND will IS NOT NULL, ?2 + min(will_delay, ?1) * 1000000, NULL) "
      "WHERE device = (SELECT number FROM devices WHERE id = ?4)",
      static_cast<std::int64_t>(lifetime.count()), at, static_cast<std::int64_t>(last_words), device);
}
Status SqliteChanges::remove_session(const DeviceId& device) {
  return database_.run("DELETE FROM sessions WHERE device = (SELECT number FROM devices WHERE id = ?)", device);
}
Status SqliteChanges::remove_sessions_ended_at(Timestamp now) {
  return database_.run("DELETE FROM sessions WHERE ends_at <= ? AND will_due IS NULL", now);
}
Status SqliteChanges::end_connected_sessions(Timestamp now) {
  return database_.run(
      "UPDATE sessions SET ends_at = ?1 + lifetime * 1000000, "
      "will_due = iif(will IS NOT NULL, ?1 + min(will_delay, lifetime) * 1000000, NULL) WHERE ends_at IS NULL",
      now);
}

Result<std::optional<fleet::DeviceSession>> SqliteStore::session(const DeviceId& device) {
  const auto row = TRY(database_.one(read_session,
                                     "SELECT s.lifetime, s.ends_at, s.state, s.will, s.will_delay, s.will_due "
                                     "FROM sessions s "
                                     "JOIN devices d ON d.number = s.device WHERE d.id = ?",
                                     device));
  if (!row) return std::optional<fleet::DeviceSession>{};
  fleet::DeviceSession session{.device = device, .lifetime = Seconds{row->lifetime}, .ends_at = row->ends_at};
  TRY(decode_session_state(row->state, session));
  if (row->will) {
    session.will = TRY(decode_will(*row->will));
    session.will->delay = row->will_delay, session.will->due = row->will_due;
  }
  return std::optional{std::move(session)};
}

Result<std::vector<fleet::DueWill>> SqliteStore::wills_due(Timestamp now, std::size_t most) {
  return database_.list(read_due,
                        "SELECT d.id, s.will, s.will_due FROM sessions s JOIN devices d ON d.number = s.device "
                        "WHERE s.will_due <= ? ORDER BY s.will_due LIMIT ?",
                        now, static_cast<std::int64_t>(most));
}

}  // namespace signet::store
