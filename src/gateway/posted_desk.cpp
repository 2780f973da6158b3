#include "gateway/posted_desk.h"

namespace signet::gateway {
namespace {

std::size_t bytes_of_question(const Question& question) {
  if (const auto* heard = std::get_if<MessageHeard>(&question)) return heard->payload.size();
  if (const auto* heard = std::get_if<ReadingHeard>(&question)) return heard->reading.payload.size();
  const auto* asked = std::get_if<EnterAsked>(&question);
  return asked && asked->will ? asked->will->payload.size() : 0;
}

// A commit costs the fleet as much for one as for all that have come: who is not in a hurry waits for company. A
// newcomer has just been through a handshake of some round trips, and who left awaits no answer.
Micros patience_of(const Question& question) {
  if (std::holds_alternative<EnterAsked>(question)) return enter_patience;
  return std::holds_alternative<Left>(question) ? Micros{leave_patience} : Micros{0};
}

}  // namespace

Result<std::unique_ptr<Counter>> Counter::create(net::Loop& fleet_loop, Registrar& registrar) {
  std::unique_ptr<Counter> made{new Counter{registrar}};
  made->box_ = TRY(Mailbox<Asked>::create(
      fleet_loop, [counter = made.get()](std::vector<Asked> asked) { counter->serve(std::move(asked)); }));
  return made;
}

void Counter::put(Question question, std::shared_ptr<OpenQuestions> open) {
  const std::size_t bytes = bytes_of_question(question);
  const Micros patience = patience_of(question);
  ++open->count;
  open->bytes += bytes;
  box_->put({std::move(question), std::move(open), bytes}, patience);
}

void Counter::serve(std::vector<Asked> asked) {
  std::vector<Question> questions;
  questions.reserve(asked.size());
  for (Asked& one : asked) questions.push_back(std::move(one.question));
  for (const Asked& one : asked) {  // before the answers, so that who hears one finds room again
    --one.open->count;
    one.open->bytes -= one.bytes;
  }
  registrar_.serve(std::move(questions));
}

Result<std::unique_ptr<PostedDesk>> PostedDesk::create(Counter& counter, net::Loop& hall_loop, Take take) {
  std::unique_ptr<PostedDesk> made{new PostedDesk{counter}};
  made->box_ = TRY(Mailbox<Answer>::create(hall_loop, std::move(take)));
  return made;
}

PostedDesk::~PostedDesk() { counter_.registrar().leave(number_); }

void PostedDesk::ask(Question question) { counter_.put(std::move(question), open_); }

bool PostedDesk::has_room() const { return open_->count < questions_max && open_->bytes < questions_bytes_max; }

}  // namespace signet::gateway
