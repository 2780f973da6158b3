// posted_desk.h -- a hall on a loop of its own, the fleet on another: questions and answers go by mailbox.
#pragma once

#include "gateway/mailbox.h"
#include "gateway/registrar.h"

#include <atomic>

namespace signet::gateway {

// How long a question may wait for others to share a commit with. In a storm a loop has a newcomer each millisecond.
inline constexpr Millis enter_patience{10};
inline constexpr Millis leave_patience{50};

// What the open questions of one hall take. Counted up by the hall, down by the fleet.
struct OpenQuestions {
  std::atomic<std::size_t> count = 0;
  std::atomic<std::size_t> bytes = 0;
};

// The fleet's end, one for all halls. Create and destroy on the fleet's thread.
class Counter {
 public:
  static Result<std::unique_ptr<Counter>> create(net::Loop& fleet_loop, Registrar& registrar);
  void put(Question question, std::shared_ptr<OpenQuestions> open);  // from any thread
  void serve_what_waits() { box_->empty(); }                         // on the fleet's thread
  Registrar& registrar() { return registrar_; }

 private:
  struct Asked {
    Question question;
    std::shared_ptr<OpenQuestions> open;
    std::size_t bytes;
  };
  explicit Counter(Registrar& registrar) : registrar_(registrar) {}
  void serve(std::vector<Asked> asked);

  Registrar& registrar_;
  std::unique_ptr<Mailbox<Asked>> box_;
};

// The hall's end. Create on the fleet's thread, before the hall's loop runs.
class PostedDesk final : public Desk, public AnswerSink {
 public:
  using Take = std::function<void(std::vector<Answer>)>;  // called on the hall's loop
  static Result<std::unique_ptr<PostedDesk>> create(Counter& counter, net::Loop& hall_loop, Take take);
  ~PostedDesk() override;  // on the fleet's thread, when the hall's loop does not run
  std::size_t number() const { return number_; }

  void ask(Question question) override;                                // on the hall's thread
  bool has_room() const override;                                      // the same
  void give(Answer answer) override { box_->put(std::move(answer)); }  // on the fleet's

 private:
  explicit PostedDesk(Counter& counter) : counter_(counter), number_(counter.registrar().join(*this)) {}

  Counter& counter_;
  std::size_t number_;
  std::shared_ptr<OpenQuestions> open_ = std::make_shared<OpenQuestions>();
  std::unique_ptr<Mailbox<Answer>> box_;
};

}  // namespace signet::gateway
