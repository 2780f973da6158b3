// streams.h -- private to api/: what happens, told while it happens, as Server-Sent Events (HTML standard, 9.2).
//
//   id: BOOT-NUMBER     event: data | status | job | condition | security     data: one line of JSON, as in webhooks
//
// Who reads too slowly hears `end` and is let go; who comes back with Last-Event-ID within a while misses nothing, or
// is told that there is a `gap`. The right to watch is asked for again with every heartbeat, and at once when somebody
// lost a right; none of that is a use of the session. Lives on the fleet's thread.
#pragma once

#include "fleet/fleet.h"
#include "net/http_server.h"

#include <deque>
#include <list>
#include <set>

namespace signet::api {

inline constexpr std::size_t streams_max = 128;
inline constexpr std::size_t streams_of_account_max = 16;
inline constexpr std::size_t kept_events_max = 4096;  // for those that come back
inline constexpr std::size_t kept_event_bytes_max = 4u << 20;
inline constexpr Seconds keep_events_time{120};  // after the last watcher has gone
inline constexpr Seconds heartbeat_interval{15};
inline constexpr Seconds stream_time_max{3600};  // then it is told to come again
inline constexpr std::size_t watch_filters_max = 100;

struct Watcher {
  fleet::Actor actor;
  std::string token;
  std::string address;
};

struct Watch {
  WorkspaceId workspace;
  std::set<std::string> streams{};  // empty: all but security
  std::vector<DeviceId> devices{};  // empty: all, and so on
  std::vector<FleetId> fleets{};
  std::vector<std::string> tags{};  // of data and conditions
};

class Streams final : public fleet::Listener {
 public:
  Streams(fleet::Fleet& fleet, Clock& clock);
  ~Streams() override;
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  Result<net::HttpResponse> open(Watcher who, Watch what, std::string_view last_event_id);
  void tend();        // once a second
  void look_again();  // after each request: when somebody lost a right, those that may not watch any more are let go
  std::size_t size() const { return open_.size(); }
  std::uint64_t cut() const { return cut_; }  // since the start: who read too slowly

  bool listens() const override;
  void on_happened(const WorkspaceId& workspace, const fleet::Outward& what) override;
  void on_refusal(const fleet::AuditEntry& entry) override;
  void on_rights_withdrawn() override { rights_withdrawn_ = true; }  // the fleet is not to be called from here

 private:
  struct Event {
    std::uint64_t number = 0;
    std::string stream;
    WorkspaceId workspace;
    FleetId fleet;
    DeviceId device;
    std::string tag;
    std::string text;  // as it is sent
  };
  struct Open {
    Watcher who;
    Watch what;
    std::shared_ptr<net::HttpStream> stream;
    Instant since;
    Instant checked;
    bool is_over = false;
  };
  Status check(const Watcher& who, const Watch& what);
  void tell(Event event, std::string_view json);
  void send(Open& to, std::string_view text);
  void finish(Open& one, std::string_view reason);
  void catch_up(Open& one, std::string_view last_event_id);
  void judge(Open& one);
  void beat(Open& one);
  void forget_gone();
  static bool wants(const Watch& what, const Event& event);

  fleet::Fleet& fleet_;
  Clock& clock_;
  std::string boot_;
  std::uint64_t number_ = 0;
  std::list<Open> open_;
  std::deque<Event> kept_;
  std::size_t kept_bytes_ = 0;
  std::optional<Instant> keep_until_;
  std::uint64_t cut_ = 0;
  bool rights_withdrawn_ = false;
};

}  // namespace signet::api
