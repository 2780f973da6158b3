// registrar.h -- the fleet's side of every hall: who is in, and where.
//
// A device has one place, whichever loop it came to. Who comes when its place is taken waits until the former session
// has said that it is gone, which it is told at once; only the same identity takes a place over. All who come and go in
// one call of serve() share one commit, and none is welcome before it. So do the sessions that outlive their
// connection: one commit for those that open and are left, one for what changed in them; nothing that promises it is
// said before.
#pragma once

#include "gateway/desk.h"

#include <unordered_map>

namespace signet::gateway {

// Whether a device may have an image, and where that lies. not_found and forbidden are told to the device as such.
using JudgeImage = std::function<Result<ImageFile>(const fleet::Admission&, const ImageName&)>;

class Registrar final : public fleet::Observer {
 public:
  // Becomes the fleet's observer.
  Registrar(fleet::Fleet& fleet, std::size_t sessions_max);
  ~Registrar() override;

  // Each hall once, before its first question. `answers` must outlive the registrar or leave() before.
  std::size_t join(AnswerSink& answers);  // the hall's number
  void leave(std::size_t hall);

  void serve_images(JudgeImage judge) { judge_image_ = std::move(judge); }  // without it there are none
  void serve(std::vector<Question> questions);
  bool sweep();  // once a second: wills that are due; true: once more at once
  void on_expelled(const DeviceId& device) override;
  void on_messages(std::span<const fleet::Addressed> messages) override;  // not from within serve()
  std::size_t devices() const { return seats_.size(); }                   // that are in

 private:
  enum class Change : std::uint8_t { none, readings, more };
  struct Seat {
    SessionNumber session;
    fleet::Admission who;
    std::string address;
    bool welcomed = false;
    bool must_go = false;
    bool withdrawn = false;
    bool clean_start = true;
    Seconds lifetime{0};
    std::shared_ptr<const fleet::DeviceSession::Will> will{};  // until that is stored
    std::unique_ptr<fleet::DeviceSession> kept{};              // once it is welcome, if its session is kept
    bool stored = false;            // something of it is in the store, which must learn when it leaves
    bool has_will = false;          // the same
    Change changed = Change::none;  // of it, in this call
  };
  struct Passing {
    SessionNumber session;
    bool clean_start = true;
    Seconds lifetime{0};
    std::shared_ptr<const fleet::DeviceSession::Will> will{};
    bool last_words = false;
    bool operator==(SessionNumber other) const { return session == other; }
  };
  struct Changed {  // a session to be written at the end of the call
    DeviceId device;
    SessionNumber session;
  };
  struct Arrived {  // a reading of QoS 2
    Changed of;
    std::uint16_t packet_id;
    std::size_t answer;  // in later_
  };
  struct Opening {
    DeviceId device;
    Entered entered;
    bool writes = false;
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
  void on(ImageAsked& asked);
  void pass();  // those of this call that came and went
  void write_passages();
  void refuse(const fleet::Passage& came, SessionNumber session, const Error& why);
  void seat(const fleet::Passage& came, const Passing& passing);
  void unseat(const DeviceId& device, SessionNumber session);
  void welcome_all();  // who has its place now
  void turn_away(Seat& seat, const Error& why);

  // --- registrar_sessions.cpp
  void retire(const DeviceId& device, const Passing& passing);
  static void keep(Seat& seat, fleet::DeviceSession& session, Opening& opening);
  Status open_session(Seat& seat, Opening& opening, fleet::SessionBatch& batch);
  Result<std::optional<fleet::DeviceSession>> former_session(const DeviceId& device);
  void settle_will(fleet::DeviceSession& former, bool goes_on, fleet::SessionBatch& batch);
  void changed(Seat& seat, Change how);
  void keep_down(Seat& seat, MessageTaken& taken);
  void answer_later(SessionNumber session, Answer answer) { later_.emplace_back(session, std::move(answer)); }
  void write_sessions();
  void undo_sessions(const Error& why, const std::vector<Changed>& changed, std::vector<Arrived>& arrived);
  Seat* find(const DeviceId& device, SessionNumber session);
  void send_away(Seat& seat, mqtt::ReasonCode reason);
  void answer(SessionNumber session, Answer answer);

  fleet::Fleet& fleet_;
  JudgeImage judge_image_;
  std::size_t sessions_max_;
  std::vector<AnswerSink*> halls_;
  // Of one device in the order they came: the last has or awaits the place, those before it were told to go.
  std::unordered_map<DeviceId, std::vector<Seat>, IdHash> seats_;
  std::vector<fleet::Passage> passages_;
  std::vector<Passing> passing_;                                      // whose each of them is
  std::vector<DeviceId> waiting_;                                     // in whose place somebody may be welcome now
  std::unordered_map<DeviceId, fleet::SessionLeft, IdHash> leaving_;  // until that is written
  std::vector<Changed> changed_;
  std::vector<Arrived> arrived_;
  bool wills_may_be_due_ = false;                        // since somebody left in this call
  bool failing_ = false;                                 // to publish wills; logged once
  std::vector<fleet::Reading> readings_;                 // theirs
  std::vector<std::pair<SessionNumber, Answer>> later_;  // given when those are written
};

}  // namespace signet::gateway
