#include "store/sqlite/store.h"

namespace signet::store {
namespace {

constexpr std::string_view columns =
    "SELECT j.id, d.id, j.name, j.value, j.status, j.scheduled_at, j.due_at, j.told, j.expires_at, j.retries, "
    "j.retry_after, j.finished_at, j.result, j.detail FROM jobs j JOIN devices d ON d.number = j.device ";

Result<fleet::Job> read_job(const Row& row) {
  fleet::Job job;
  job.id = TRY(row.id<JobId>(0)), job.device = TRY(row.id<DeviceId>(1));
  job.name = row.text(2), job.value = row.text(3);
  job.status = TRY(row.name(4, fleet::JobStatus::cancelled));
  job.scheduled_at = row.time(5), job.due_at = row.time(6), job.told = row.integer(7) != 0;
  job.expires_at = row.maybe_time(8);
  job.retries = static_cast<unsigned>(row.integer(9)), job.retry_after = Seconds{row.integer(10)};
  job.finished_at = row.maybe_time(11);
  job.result = row.text(12), job.detail = row.text(13);
  return job;
}

std::string query_of(std::string_view where) { return std::string{columns}.append(where); }

}  // namespace

Status SqliteChanges::put_job(const fleet::Job& job) {
  const NumberedDevice device = TRY(numbers_of(job.device));
  return database_.run(
      "INSERT INTO jobs (id, device, name, value, status, scheduled_at, due_at, told, expires_at, retries, "
      "retry_after, "
      "finished_at, result, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
      "status = excluded.status, due_at = excluded.due_at, told = excluded.told, retries = excluded.retries, "
      "finished_at = excluded.finished_at, result = excluded.result, detail = excluded.detail",
      job.id, device.device, job.name, job.value, static_cast<std::int64_t>(job.status), job.scheduled_at, job.due_at,
      static_cast<std::int64_t>(job.told), job.expires_at, static_cast<std::int64_t>(job.retries),
      static_cast<std::int64_t>(job.retry_after.count()), job.finished_at, job.result, job.detail);
}
Status SqliteChanges::remove_old_jobs(const DeviceId& device, std::size_t keep) {
  return database_.run(
      "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE device = (SELECT number FROM devices WHERE id = ?) AND "
      "status <> 0 ORDER BY id DESC LIMIT -1 OFFSET ?)",
      device, static_cast<std::int64_t>(keep));
}

Result<std::optional<fleet::Job>> SqliteStore::job(const JobId& id) {
  static const std::string query = query_of("WHERE j.id = ?");
  return database_.one(read_job, query.c_str(), id);
}

Result<std::vector<fleet::Job>> SqliteStore::jobs(const fleet::JobQuery& query) {
  static const std::string text = query_of(
      "WHERE d.id = ?1 AND (?2 = '' OR j.name = ?2) AND (?3 < 0 OR j.status = ?3) AND (?4 = '' OR j.id < ?4) "
      "ORDER BY j.id DESC LIMIT ?5");
  const std::string before = query.before ? query.before->str() : "";
  const std::int64_t status = query.status ? static_cast<std::int64_t>(*query.status) : -1;
  return database_.list(read_job, text.c_str(), query.device, query.name, status, before,
                        static_cast<std::int64_t>(query.size));
}

Result<std::size_t> SqliteStore::pending_jobs() {
  return static_cast<std::size_t>(TRY(database_.number("SELECT count(*) FROM jobs WHERE status = 0")));
}

Result<std::vector<fleet::Job>> SqliteStore::jobs_to_tend(Timestamp now, std::size_t size) {
  static const std::string query = query_of(
      "WHERE j.id IN (SELECT id FROM jobs WHERE status = 0 AND told = 0 AND due_at <= ?1 UNION "
      "SELECT id FROM jobs WHERE status = 0 AND expires_at IS NOT NULL AND expires_at <= ?1) ORDER BY j.id LIMIT ?2");
  return database_.list(read_job, query.c_str(), now, static_cast<std::int64_t>(size));
}

}  // namespace signet::store
