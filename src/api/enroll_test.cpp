#include "api/scene_for_test.h"

namespace signet::api {
namespace {

struct EnrollApi : testing::Test {
  // An API whose authority counts what it signs.
  net::HttpResponse ask(const std::string& token, const std::string& common_name) {
    IssueEnrolled issue = [&](const identity::Request& request) {
      ++issued;
      return scene.identity.issuer(scene.clock)(request);
    };
    Api api{scene.fleet, scene.clock, {scene.guard, [] { return Status{}; }}, {}, std::move(issue)};
    const auto csr = identity::make_request(public_key_of(key), common_name, signing_for_test(key)).value();
    net::HttpRequest request;
    request.method = "POST", request.path = scene.base + "/devices/" + device + "/enroll";
    request.body = json::serialize(json::object{{"csr", identity::pem("CERTIFICATE REQUEST", csr)}});
    request.headers["authorization"] = "Bearer " + token;
    return api.handle(request);
  }
  Scene_for_test scene;
  std::string device = scene.make_device();
  crypto::PrivateKey key = crypto::generate_private_key(scene.random);
  int issued = 0;
};

TEST_F(EnrollApi, NothingIsSignedForWhomItIsNotFor) {
  const auto invited = scene.post(scene.base + "/invitations", {{"email", "bob@example.org"}, {"role", "admin"}});
  const auto bob = scene.post("/v3/join", {{"token", invited.at("token")}, {"password", scene.password}});
  EXPECT_EQ(ask(std::string{bob.at("token").as_string()}, "bench-1").status, 403);
  EXPECT_EQ(ask(scene.token, "sn0123AAAAAAAAAAAA01").status, 403) << "the name of an element";
  EXPECT_EQ(issued, 0);
  EXPECT_EQ(ask(scene.token, "bench-1").status, 200);
  EXPECT_EQ(ask(scene.token, "bench-2").status, 409) << "the device has one";
  EXPECT_EQ(issued, 1);
}

}  // namespace
}  // namespace signet::api
