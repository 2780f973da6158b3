// integration.h -- webhooks: who makes them, what is due to be delivered, and what becomes of it.
//
//   for (Delivery& one : fleet.integrations().due(8)) post(one, [&](Outcome o) { fleet.integrations().settled(one, o);
//   })
//
// At least once: a position moves on when the sink has answered 2xx, and what was not answered is due again. A batch
// keeps its id and its lines theirs, whatever joins it meanwhile, so that the sink can tell what it has already. After
// a failure it waits twice as long as before, by chance up to a half less, and sends half as much. A sink that will not
// have a batch (400, 413, 415, 422), however small, loses it: the audit says which. One that fails for long, has 410
// for us, or lets too much pile up, is turned off: the audit says so, and it shows why. What was given up is kept among
// its dead letters (dead_letter.cpp), as far as there is room.
//
// Like all of the fleet, for one thread. It knows no socket: who carries is elsewhere.
#pragma once

#include "fleet/fleet.h"
#include "fleet/outward.h"

#include <set>

namespace signet::fleet {

inline constexpr std::size_t integrations_max = 32;  // of one workspace
inline constexpr std::size_t url_bytes_max = 1024;
inline constexpr std::size_t auth_token_bytes_max = 512;
inline constexpr std::size_t integration_filters_max = 100;  // fleets, and tags
inline constexpr std::size_t batch_lines_max = 500;
inline constexpr Seconds retry_delay_max{15 * 60};
inline constexpr Seconds failing_time_max{3 * 86'400};     // then it is turned off
inline constexpr std::int64_t feed_lines_max = 2'000'000;  // that may wait for one integration; then it is turned off
inline constexpr unsigned refused_batches_max = 10;        // times in a row; the batch is a single line by then
inline constexpr std::size_t trouble_bytes_max = 256;
inline constexpr std::size_t dead_letters_max = 1000;           // of one integration: the oldest are forgotten
inline constexpr std::size_t dead_letter_bytes_max = 4u << 20;  // of their bodies
inline constexpr std::size_t dead_letters_page_max = 100;

// What a person may choose. Absent: as it is, or the default of a new one.
struct IntegrationOrder {
  std::optional<std::string> name{};
  std::optional<std::string> url{};
  std::optional<OutwardKind> kind{};  // of a new one alone
  std::optional<std::vector<FleetId>> fleets{};
  std::optional<std::vector<std::string>> tags{};
  std::optional<std::string> token{};
  std::optional<bool> is_on{};
};

struct Delivery {
  IntegrationId id{};
  std::string url{};
  std::string token{};
  Block<32> secret{};
  std::string batch_id{};
  std::string body{};
  std::size_t lines = 0;
  std::int64_t end = 0;  // the position, once it is delivered
  bool is_test = false;
  std::optional<std::int64_t> dead_letter{};  // it is sent once more
};

struct Outcome {
  int status = 0;         // of the answer; 0: none came
  std::string trouble{};  // why none came
  bool refused = false;   // it leads to an address that may not be reached
};

struct TestResult {
  bool is_done = false;
  Timestamp at{};
  Outcome outcome{};
};

class Integrations {
 public:
  explicit Integrations(Fleet& fleet) : fleet_(fleet) {}

  // --- people
  Result<std::vector<Integration>> list(const Actor& actor, const WorkspaceId& workspace);
  Result<Integration> get(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id);
  // From what happens next on. The secret is told to whom made it.
  Result<Integration> create(const Actor& actor, const WorkspaceId& workspace, const IntegrationOrder& order);
  // On again, it goes on with what happens next: nothing is kept for one that is off.
  Result<Integration> update(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id,
                             const IntegrationOrder& order);
  Status remove(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id);
  // A delivery of its own, to be sent at once, also by one that is off; last_test tells what became of it.
  Status test(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id);
  std::optional<TestResult> last_test(const IntegrationId& id) const;
  Result<std::int64_t> waiting(const Integration& integration);  // lines of the feed that it has not looked at

  // --- dead letters: dead_letter.cpp
  // Behind that number, at most dead_letters_page_max, and one that tells whether there are more.
  Result<std::vector<DeadLetter>> dead_letters(const Actor& actor, const WorkspaceId& workspace,
                                               const IntegrationId& id, std::int64_t after, std::size_t size);
  Result<std::size_t> dead_letter_count(const Integration& integration);
  // Sends that one, or all, once more, each under its old name: what the sink takes is a dead letter no more. How many.
  // A sink that is down ends it; so does a restart.
  Result<std::size_t> replay(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id,
                             std::optional<std::int64_t> number);
  // Throws that one, or all, away: how many.
  Result<std::size_t> discard(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id,
                              std::optional<std::int64_t> number);

  // --- the carrier
  Result<std::vector<Delivery>> due(std::size_t most);  // each is on its way until it is settled
  Status settled(const Delivery& delivery, const Outcome& outcome);

  struct Figures {
    std::size_t on = 0, failing = 0, turned_off = 0;  // turned_off: by itself
    std::int64_t waiting = 0;
    std::uint64_t deliveries = 0, failures = 0, dropped = 0;  // since the start
  };
  Result<Figures> figures();

 private:
  Status load();
  Result<Integration*> find(const Actor& actor, const WorkspaceId& workspace, const IntegrationId& id,
                            std::string_view action);
  Status fill(const Actor& actor, Integration& integration, const IntegrationOrder& order, std::string_view action);
  Result<std::int64_t> from_now_on(const WorkspaceId& workspace);
  Status replace(const Actor& actor, std::string_view action, const Integration& with);
  void add_tests(std::vector<Delivery>& to, std::size_t most);
  Status add_replays(std::vector<Delivery>& to, std::size_t most);
  Status replayed(const Delivery& delivery, const Outcome& outcome);
  Result<std::vector<DeadLetter>> letters(const IntegrationId& of, std::optional<std::int64_t> number);
  Result<std::vector<DeadLetter>> given_up(const Integration& integration, std::int64_t after, std::int64_t end,
                                           const std::string& why);
  Delivery test_of(const Integration& integration);
  Result<std::optional<Delivery>> batch_of(const Integration& integration);
  Status pass_over(Integration integration, std::int64_t end);
  Status succeeded(Integration integration, const Delivery& delivery);
  Status failed(Integration integration, const Delivery& delivery, const Outcome& outcome);
  Status turn_off(Integration integration, const std::string& why);
  Status keep(const Integration& integration, const std::optional<AuditEntry>& entry,
              const std::vector<DeadLetter>& letters = {});

  Fleet& fleet_;
  bool loaded_ = false;
  std::map<IntegrationId, Integration> all_;
  std::set<IntegrationId> under_way_;
  std::map<IntegrationId, TestResult> tests_;
  std::map<IntegrationId, std::set<std::int64_t>> replays_;  // numbers of dead letters that are to be sent
  std::size_t turn_ = 0;
  Figures figures_;
};

std::string_view name_of(OutwardKind kind);  // "data", "event", "condition"
Result<OutwardKind> outward_kind(std::string_view name);
bool concerns(const Integration& integration, const Outward& line);
std::string batch_id(const Integration& integration);  // of the lines behind its position
std::string words_of(const Outcome& outcome);
bool refuses_batch(int status);  // a sink that says so of one batch may take others
bool is_success(const Outcome& outcome);
// A condition as its line's payload: an object of what is its own.
std::string write_condition(const Condition& condition);
// One line as the documented interface has it, an object.
std::string write_line(const WorkspaceId& workspace, std::string_view id, const Outward& line);
// The body of a delivery in the documented shape; `after` is the position that it starts behind.
std::string write_batch(const WorkspaceId& workspace, std::string_view batch_id, std::int64_t after,
                        const std::vector<Outward>& lines);

}  // namespace signet::fleet
