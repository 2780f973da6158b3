// hall.h -- all sessions of one loop: who may come in, who is in, and who must go.
#pragma once

#include "fleet/throttle.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/gate.h"
#include "gateway/rate.h"
#include "gateway/telemetry.h"
#include "mqtt/server_session.h"
#include "net/connection.h"

namespace signet::gateway {

class Download;
class Session;

inline constexpr std::size_t packet_slack_bytes =
    8 * 1024;  // topic and properties beside a payload of the greatest size

class Hall final : public AnswerSink, public std::enable_shared_from_this<Hall> {
 public:
  // `number` is the desk's, `log` the loop's. All must outlive the hall; everything happens on the turn's thread.
  Hall(const Config& config, Gate& gate, Desk& desk, std::size_t number, store::LogWriter& log, Turn& turn);
  ~Hall() override;

  // The gate's question in the TLS handshake.
  Status judge(Bytes leaf_der) { return gate_.judge(leaf_der); }
  // For each connection one; the net keeps it until after on_close.
  std::shared_ptr<Session> make_session();
  // For one that turned out to speak HTTP. Null: downloads_max.
  std::shared_ptr<Download> make_download();
  void give(Answer answer) override;
  void give_all(std::vector<Answer> answers);
  void sweep();                                       // once a second: timeouts, and readers that were slowed down
  void close_all();                                   // tells every session "server shutting down" and forgets it
  std::size_t sessions() const { return sessions_; }  // connected ones

  // --- for Session
  const Config& config() const { return config_; }
  mqtt::ServerLimits limits() const;
  Gate& gate() { return gate_; }
  Desk& desk() { return desk_; }
  Telemetry& telemetry() { return telemetry_; }
  Clock& clock() { return turn_.clock(); }
  // For the audit; thinned here, so that strangers cannot fill the desk.
  void refused(const std::string& address, const std::string& subject, const Error& why);
  void count(int more) { sessions_ += static_cast<std::size_t>(more); }
  void wait_for_room(SessionNumber session) { waiting_for_room_.push_back(session); }
  void forget(SessionNumber session);
  std::size_t downloads_of(const DeviceId& device) const;
  // Takes so many bytes from what downloads may send; otherwise how long to wait before asking again.
  Micros wait_for_download(std::size_t bytes);
  void after(Micros delay, std::function<void()> run) { turn_.after(delay, std::move(run)); }

 private:
  struct Place {
    Session* session = nullptr;
    Download* download = nullptr;
    std::uint32_t generation = 0;  // of whoever has it, or had it last
  };
  SessionNumber take_place();
  const Place* place(SessionNumber session) const;
  Session* find(SessionNumber session) const;
  void on(Entered& entered);
  void on(MessageTaken& taken);
  void on(Noted& noted);
  void on(ImageJudged& judged);
  void on(MustGo& go);
  void let_in_who_waits();

  Config config_;
  Gate& gate_;
  Desk& desk_;
  std::size_t number_;
  Turn& turn_;
  Telemetry telemetry_;
  fleet::Suppressor refusals_;
  std::vector<Place> places_;  // handshakes too
  std::vector<std::uint32_t> free_;
  std::vector<SessionNumber> waiting_for_room_;
  std::size_t sessions_ = 0;
  std::size_t downloads_ = 0;
  Rate download_rate_;  // in KiB
};

}  // namespace signet::gateway
