// straight_desk.h -- a hall and the fleet on one thread: each question is answered before ask() returns to the
// outermost caller. For tests and the simulation.
#pragma once

#include "gateway/registrar.h"

#include <deque>

namespace signet::gateway {

class StraightDesk final : public Desk, public AnswerSink {
 public:
  explicit StraightDesk(Registrar& registrar) : registrar_(registrar), number_(registrar.join(*this)) {}
  ~StraightDesk() override { registrar_.leave(number_); }
  void deliver_to(AnswerSink* hall) { hall_ = hall; }  // null to stop
  std::size_t number() const { return number_; }

  void ask(Question question) override {
    questions_.push_back(std::move(question));
    pump();
  }
  bool has_room() const override { return true; }
  void give(Answer answer) override {
    answers_.push_back(std::move(answer));
    pump();
  }

 private:
  // One at a time, so that neither side is called back from within its own call.
  void pump() {
    if (std::exchange(pumping_, true)) return;
    while (!questions_.empty() || !answers_.empty()) {
      if (!answers_.empty()) {
        Answer answer = std::move(answers_.front());
        answers_.pop_front();
        if (hall_) hall_->give(std::move(answer));
      } else {
        registrar_.serve(std::exchange(questions_, {}));
      }
    }
    pumping_ = false;
  }

  Registrar& registrar_;
  std::size_t number_;
  AnswerSink* hall_ = nullptr;
  std::vector<Question> questions_;
  std::deque<Answer> answers_;
  bool pumping_ = false;
};

}  // namespace signet::gateway
