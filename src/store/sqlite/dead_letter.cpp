#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::DeadLetter> read_letter(const Row& row) {
  fleet::DeadLetter out;
  out.number = row.integer(0), out.integration = TRY(row.id<IntegrationId>(1)), out.at = row.time(2);
  out.reason = row.text(3), out.batch_id = row.text(4), out.body = row.text(5);
  out.replays = static_cast<unsigned>(row.integer(6));
  return out;
}

Result<std::size_t> read_letter_count(const Row& row) { return static_cast<std::size_t>(row.integer(0)); }

}  // namespace

Status SqliteChanges::put_dead_letter(const fleet::DeadLetter& letter) {
  const auto number = letter.number == 0 ? std::nullopt : std::optional{letter.number};
  return database_.run(
      "INSERT INTO dead_letters (number, integration, at, reason, batch_id, body, replays) VALUES (?, ?, ?, ?, ?, ?, "
      "?) "
      "ON CONFLICT (number) DO UPDATE SET at = excluded.at, reason = excluded.reason, replays = excluded.replays",
      number, letter.integration, letter.at, letter.reason, letter.batch_id, letter.body,
      static_cast<std::int64_t>(letter.replays));
}

Status SqliteChanges::remove_dead_letter(const IntegrationId& of, std::int64_t number) {
  return database_.run("DELETE FROM dead_letters WHERE integration = ? AND number = ?", of, number);
}

Status SqliteChanges::remove_dead_letters(const IntegrationId& of) {
  return database_.run("DELETE FROM dead_letters WHERE integration = ?", of);
}

Status SqliteChanges::remove_old_dead_letters(const IntegrationId& of, std::size_t keep, std::size_t bytes_max) {
  return database_.run(
      "DELETE FROM dead_letters WHERE number IN (SELECT number FROM (SELECT number, "
      "row_number() OVER (ORDER BY number DESC) AS place, "
      "sum(length(CAST(body AS BLOB))) OVER (ORDER BY number DESC) AS bytes "
      "FROM dead_letters WHERE integration = ?) WHERE place > ? OR bytes > ?)",
      of, static_cast<std::int64_t>(keep), static_cast<std::int64_t>(bytes_max));
}

Result<std::vector<fleet::DeadLetter>> SqliteStore::dead_letters(const IntegrationId& of, std::int64_t after,
                                                                 std::size_t size) {
  return database_.list(read_letter,
                        "SELECT number, integration, at, reason, batch_id, body, replays FROM dead_letters "
                        "WHERE integration = ? AND number > ? ORDER BY number LIMIT ?",
                        of, after, static_cast<std::int64_t>(size));
}

Result<std::size_t> SqliteStore::dead_letter_count(const IntegrationId& of) {
  const auto count =
      TRY(database_.one(read_letter_count, "SELECT count(*) FROM dead_letters WHERE integration = ?", of));
  return count.value_or(0);
}

}  // namespace signet::store
