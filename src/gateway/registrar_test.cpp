#include "gateway/scene_for_test.h"

namespace signet::gateway {
namespace {

// The fleet's side alone, and two halls that only write down what they are answered.
class GatewayRegistrar : public Scene {
 protected:
  struct Notes final : AnswerSink {
    void give(Answer answer) override { answers.push_back(std::move(answer)); }
    template <class Kind>
    std::vector<Kind> take() {
      std::vector<Kind> out;
      for (const Answer& answer : std::exchange(answers, {})) {
        if (const auto* one = std::get_if<Kind>(&answer)) out.push_back(*one);
      }
      return out;
    }
    std::vector<Answer> answers;
  };
  GatewayRegistrar() {
    registrar.emplace(fleet, 10);
    registrar->join(left);
    registrar->join(right);
  }
  static SessionNumber number(std::size_t hall, std::uint32_t place) { return SessionNumber{hall} << 56 | place; }
  EnterAsked enter(const Person& person, SessionNumber session) {
    return {session, fleet.admit(crypto::sha256(person.certificate)).value(), "192.0.2.7:4000"};
  }
  void serve(std::vector<Question> questions) { registrar->serve(std::move(questions)); }
  std::size_t audits(std::string_view action) {
    std::size_t count = 0;
    for (const std::string& line : audit()) count += line.starts_with(action);
    return count;
  }

  Notes left, right;
};

TEST_F(GatewayRegistrar, WhoeverComesInOneTurnSharesOneCommit) {
  const int before = store.commits();
  serve({enter(ann, number(0, 0)), enter(bob, number(1, 0))});
  EXPECT_EQ(store.commits(), before + 1);
  ASSERT_EQ(left.answers.size(), 1u);
  EXPECT_EQ(left.take<Entered>().at(0).verdict, Verdict::welcome);
  EXPECT_EQ(right.take<Entered>().at(0).verdict, Verdict::welcome);
  EXPECT_EQ(registrar->devices(), 2u);
  serve({Left{number(0, 0), ann.id, "gone"}, Left{number(1, 0), bob.id, "gone"}});
  EXPECT_EQ(store.commits(), before + 2);
  EXPECT_EQ(registrar->devices(), 0u);
  EXPECT_EQ(audits("device.connect "), 2u);
  EXPECT_EQ(audits("device.disconnect "), 2u);
}

TEST_F(GatewayRegistrar, SessionsOfOneTurnShareACommitToo) {
  const auto kept = [&](const Person& person, SessionNumber session) {
    EnterAsked asked = enter(person, session);
    asked.clean_start = false, asked.lifetime = Seconds{100};
    return asked;
  };
  const SessionNumber first = number(0, 0), second = number(1, 0);
  int before = store.commits();
  serve({kept(ann, first), kept(bob, second)});
  EXPECT_EQ(store.commits(), before + 2) << "that they came, and their sessions";
  const auto reading = [](const Person& who, SessionNumber session) {
    return ReadingHeard{session, 1, {who.id, "t", std::nullopt, "{}"}};
  };
  left.answers.clear(), right.answers.clear();
  before = store.commits();
  serve({reading(ann, first), SessionNoted{first, ann.id, Noting::listens, 2, std::uint8_t{1}}, reading(bob, second)});
  EXPECT_EQ(store.commits(), before + 1);
  EXPECT_EQ(left.answers.size(), 2u);
  EXPECT_EQ(right.answers.size(), 1u);
  before = store.commits();
  serve({Left{first, ann.id, "", Seconds{100}}, Left{second, bob.id, "", Seconds{0}}});
  EXPECT_EQ(store.commits(), before + 2);
  EXPECT_TRUE(store.session(ann.id).value()->ends_at);
  EXPECT_FALSE(store.session(bob.id).value());
}

TEST_F(GatewayRegistrar, NobodyIsWelcomeBeforeTheCommit) {
  store.fail_next_commits(1);
  serve({enter(ann, number(0, 0))});
  EXPECT_EQ(left.take<Entered>().at(0).verdict, Verdict::failed);
  EXPECT_EQ(registrar->devices(), 0u);
}

TEST_F(GatewayRegistrar, APlaceIsTakenOverAcrossHallsOnceTheFormerHasGone) {
  serve({enter(ann, number(0, 0))});
  left.answers.clear();
  serve({enter(ann, number(1, 7))});
  const auto told = left.take<MustGo>();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].session, number(0, 0));
  EXPECT_EQ(told[0].reason, mqtt::ReasonCode::session_taken_over);
  EXPECT_TRUE(right.answers.empty()) << "the former is still there";
  serve({Left{number(0, 0), ann.id, "taken over"}});
  EXPECT_EQ(right.take<Entered>().at(0).verdict, Verdict::welcome);
  EXPECT_EQ(registrar->devices(), 1u);
}

TEST_F(GatewayRegistrar, OfManyThatComeAtOnceTheLastGetsThePlace) {
  serve({enter(ann, number(0, 0)), enter(ann, number(1, 1)), enter(ann, number(0, 2))});
  EXPECT_EQ(left.take<MustGo>().size(), 1u);
  EXPECT_EQ(right.take<MustGo>().at(0).session, number(1, 1));
  serve({Left{number(1, 1), ann.id, ""}});
  EXPECT_TRUE(left.answers.empty());
  serve({Left{number(0, 0), ann.id, ""}});
  EXPECT_EQ(left.take<Entered>().at(0).session, number(0, 2));
}

TEST_F(GatewayRegistrar, WhoCameAndWentInOneTurnWasNeverHere) {
  const int before = store.commits();
  serve({enter(ann, number(0, 0)), Left{number(0, 0), ann.id, "gave up"}});
  EXPECT_EQ(store.commits(), before);
  EXPECT_TRUE(left.answers.empty());
  EXPECT_EQ(registrar->devices(), 0u);
}

TEST_F(GatewayRegistrar, AWithdrawnIdentityIsSentAwayAndNotHeardAnyMore) {
  serve({enter(ann, number(0, 0)), enter(bob, number(1, 0))});
  left.answers.clear(), right.answers.clear();
  registrar->on_expelled(ann.id);
  registrar->on_expelled(ann.id);
  const auto told = left.take<MustGo>();
  ASSERT_EQ(told.size(), 1u) << "once";
  EXPECT_EQ(told[0].reason, mqtt::ReasonCode::administrative_action);
  EXPECT_TRUE(right.answers.empty());
  serve({MessageHeard{number(0, 0), ann.id, 5, R"({"key":"k","value":1})"}});
  EXPECT_FALSE(left.take<MessageTaken>().at(0).outcome);
  EXPECT_TRUE(store.twin(ann.id).value().current.empty());
}

TEST_F(GatewayRegistrar, WhoWaitsForAPlaceWhenTheIdentityIsWithdrawnIsNotWelcome) {
  serve({enter(ann, number(0, 0))});
  serve({enter(ann, number(1, 0))});
  registrar->on_expelled(ann.id);
  serve({Left{number(0, 0), ann.id, ""}});
  EXPECT_TRUE(right.take<Entered>().empty());
}

TEST_F(GatewayRegistrar, AMessageOfASessionThatIsNotInIsNotHeard) {
  serve({MessageHeard{number(0, 0), ann.id, 5, R"({"key":"k","value":1})"}});
  EXPECT_TRUE(left.answers.empty());
  EXPECT_TRUE(store.twin(ann.id).value().current.empty());
}

TEST_F(GatewayRegistrar, ServesHallsMax) {
  std::vector<Notes> more(halls_max - 2);
  for (Notes& hall : more) registrar->join(hall);
  EXPECT_DEATH(registrar->join(left), "halls_max");
}

}  // namespace
}  // namespace signet::gateway
