// What the gateway itself holds for a device that is in and says nothing: docs/gate-memory.md.
#include "gateway/scene_for_test.h"

#include <malloc.h>

namespace signet::gateway {
namespace {

class GatewayMemory : public Scene {};

std::size_t in_use() { return ::mallinfo2().uordblks; }

TEST_F(GatewayMemory, AnIdleSessionStaysWithinItsBudget) {
  constexpr std::size_t count = 500;
  if (in_use() == 0) GTEST_SKIP() << "a sanitizer's malloc does not count";
  std::vector<FakeConnection> connections;
  std::vector<Buffer> connects;
  for (std::size_t i = 0; i < count; ++i) {
    const Person person = add("device-with-a-long-name-" + std::to_string(i));
    connections.emplace_back(person.certificate, "192.0.2.7:40000");
    connects.push_back(mqtt::ClientSession{options(person), clock.monotonic()}.take_output());
  }
  // One round to fill what is shared, one to measure.
  std::vector<std::shared_ptr<Session>> sessions(count);
  std::size_t before = 0;
  for (int round = 0; round < 2; ++round) {
    sessions.assign(count, nullptr);
    before = in_use();
    for (std::size_t i = 0; i < count; ++i) {
      sessions[i] = hall().make_session();
      sessions[i]->on_open(connections[i]);
      sessions[i]->on_bytes(connections[i], connects[i]);
      Buffer{}.swap(connections[i].sent);
    }
    ASSERT_EQ(hall().sessions(), count);
    const std::size_t each = (in_use() - before) / count;
    if (round == 1) {
      RecordProperty("bytes_each", static_cast<int>(each));
      EXPECT_LE(each, session_bytes_budget) << "sizeof(Session) is " << sizeof(Session);
    }
    for (std::size_t i = 0; i < count; ++i) sessions[i]->on_close(connections[i], std::nullopt);
  }
}

}  // namespace
}  // namespace signet::gateway
