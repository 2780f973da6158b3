#include "gateway/posted_desk.h"
#include "gateway/scene_for_test.h"

namespace signet::gateway {
namespace {

// Two loops that take turns on the test's thread, so that what waits where can be seen.
class GatewayPostedDesk : public Scene {
 protected:
  GatewayPostedDesk() {
    registrar.emplace(fleet, 10);
    counter = Counter::create(*fleet_loop, *registrar).value();
    posted = PostedDesk::create(*counter, *hall_loop, [this](std::vector<Answer> some) {
               for (Answer& one : some) answers.push_back(std::move(one));
             }).value();
  }
  static void turn_of(net::Loop& loop) {
    loop.after(Micros{0}, [&loop] { loop.stop(); });
    loop.run();
  }
  void let_the_newcomer_in() {
    turn_of(*fleet_loop);
    EXPECT_EQ(registrar->devices(), 0u) << "it waits for company";
    clock.advance(enter_patience);
    turn_of(*fleet_loop);
  }
  MessageHeard message(std::string payload = "{}") const { return {0, ann.id, 1, std::move(payload)}; }

  std::unique_ptr<net::Loop> fleet_loop = net::Loop::create(clock).value();
  std::unique_ptr<net::Loop> hall_loop = net::Loop::create(clock).value();
  std::unique_ptr<Counter> counter;
  std::unique_ptr<PostedDesk> posted;
  std::vector<Answer> answers;
};

TEST_F(GatewayPostedDesk, AQuestionCrossesAndItsAnswerComesBack) {
  posted->ask(EnterAsked{0, fleet.admit(crypto::sha256(ann.certificate)).value(), "192.0.2.7:4000"});
  EXPECT_EQ(registrar->devices(), 0u) << "not within ask()";
  let_the_newcomer_in();
  EXPECT_EQ(registrar->devices(), 1u);
  EXPECT_TRUE(answers.empty()) << "not on the fleet's thread";
  turn_of(*hall_loop);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(std::get<Entered>(answers[0]).verdict, Verdict::welcome);
}

TEST_F(GatewayPostedDesk, HasRoomForQuestionsMax) {
  for (std::size_t i = 1; i < questions_max; ++i) posted->ask(message());
  EXPECT_TRUE(posted->has_room());
  posted->ask(message());
  EXPECT_FALSE(posted->has_room());
  turn_of(*fleet_loop);
  EXPECT_TRUE(posted->has_room());
}

TEST_F(GatewayPostedDesk, HasRoomForQuestionsBytesMax) {
  posted->ask(message(std::string(questions_bytes_max - 1, ' ')));
  EXPECT_TRUE(posted->has_room());
  posted->ask(message(" "));
  EXPECT_FALSE(posted->has_room());
  turn_of(*fleet_loop);
  EXPECT_TRUE(posted->has_room());
}

TEST_F(GatewayPostedDesk, AReadingOfQos2CountsWithItsBytes) {
  posted->ask(ReadingHeard{0, 1, {ann.id, "t", std::nullopt, std::string(questions_bytes_max, ' ')}});
  EXPECT_FALSE(posted->has_room());
}

TEST_F(GatewayPostedDesk, WhoLeavesIsNotAnsweredAnyMore) {
  posted->ask(EnterAsked{0, fleet.admit(crypto::sha256(ann.certificate)).value(), "192.0.2.7:4000"});
  posted.reset();
  let_the_newcomer_in();
  EXPECT_EQ(registrar->devices(), 1u);
}

}  // namespace
}  // namespace signet::gateway
