// registrar.h -- the fleet's side of every hall: who is in, and where.
//
// A device has one place, whichever loop it came to. Who comes when its place is taken waits until the former session
// has said that it is gone, which it is told at once; only the same identity takes a place over. All who come and go in
// one call of serve() share one commit, and none is welcome before it.
#pragma once

#include "gateway/desk.h"

#include <unordered_map>

namespace signet::gateway {

class Registrar final : public fleet::Observer {
 public:
  // Becomes the fleet's observer.
  Registrar(fleet::Fleet& fleet, std::size_t sessions_max);
  ~Registrar() override;

  // Each hall once, before its first question. `answers` must outlive the registrar or leave() before.
  std::size_t join(AnswerSink& answers);  // the hall's number
  void leave(std::size_t hall);

  void serve(std::vector<Question> questions);
  void on_expelled(const DeviceId& device) override;
  std::size_t devices() const { return seats_.size(); }  // that are in

 private:
  struct Seat {
    SessionNumber session;
    fleet::Admission who;
    std::string address;
    bool welcomed = false;
    bool must_go = false;
    bool withdrawn = false;
    bool clean_start = true;
    Seconds lifetime{0};
    std::shared_ptr<fleet::DeviceSession> kept{};  // once it is welcome, if its session is kept
    bool changed = false;                          // kept, since it was last written
  };
  struct Passing {
    SessionNumber session;
    bool clean_start = true;
    Seconds lifetime{0};
    bool operator==(SessionNumber other) const { return session == other; }
  };
  struct IdHash {
    std::size_t operator()(const DeviceId& id) const { return std::hash<std::string>{}(id.str()); }
  };

  void on(EnterAsked& asked);
  void on(MessageHeard& heard);
  void on(ReadingHeard& heard);
  void on(SessionNoted& noted);
  void on(Left& left);
  void on(Refused& refused);
  void pass();  // those of this call that came and went
  void refuse(const fleet::Passage& came, SessionNumber session, const Error& why);
  void seat(const fleet::Passage& came, const Passing& passing);
  void retire(const DeviceId& device, const Passing& passing);
  Status open_session(Seat& seat, bool& present);  // registrar_sessions.cpp, and what follows
  Status put(fleet::DeviceSession& session);
  void changed(Seat& seat);
  void keep_down(Seat& seat, MessageTaken& taken);
  void answer_later(SessionNumber session, Answer answer) { later_.emplace_back(session, std::move(answer)); }
  void write_sessions();
  void welcome_last(std::vector<Seat>& seats);
  void unseat(const DeviceId& device, SessionNumber session);
  Seat* find(const DeviceId& device, SessionNumber session);
  void send_away(Seat& seat, mqtt::ReasonCode reason);
  void answer(SessionNumber session, Answer answer);

  fleet::Fleet& fleet_;
  std::size_t sessions_max_;
  std::vector<AnswerSink*> halls_;
  // Of one device in the order they came: the last has or awaits the place, those before it were told to go.
  std::unordered_map<DeviceId, std::vector<Seat>, IdHash> seats_;
  std::vector<fleet::Passage> passages_;
  std::vector<Passing> passing_;                             // whose each of them is
  std::vector<std::pair<DeviceId, SessionNumber>> changed_;  // sessions to be written at the end of the call
  std::vector<std::pair<SessionNumber, Answer>> later_;      // given when they are
};

}  // namespace signet::gateway
