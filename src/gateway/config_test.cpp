#include "gateway/config.h"

#include <gtest/gtest.h>

namespace signet::gateway {
namespace {

TEST(GatewayConfig, ReadsAndKeepsDefaults) {
  const auto loaded = load<Config>("# lab\nlisten_port = 1884\nconnect_timeout = 3\n", config_fields);
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.config.listen_port, 1884);
  EXPECT_EQ(loaded.config.connect_timeout, Seconds{3});
  EXPECT_EQ(loaded.config.sessions_max, 15'000u);
}

TEST(GatewayConfig, TakesLoopsMaxLoopsAndNotOneMore) {
  EXPECT_TRUE(check(Config{.loops = loops_max}));
  EXPECT_FALSE(check(Config{.loops = loops_max + 1}));
}

TEST(GatewayConfig, LeavesTheDoorOpenToSomebody) {
  EXPECT_TRUE(check(Config{.connections_per_second = 1, .connection_burst = 1, .ban_after = 1}));
  EXPECT_FALSE(check(Config{.connections_per_second = 0}));
  EXPECT_FALSE(check(Config{.connection_burst = 0}));
  EXPECT_FALSE(check(Config{.ban_after = 0}));
  EXPECT_FALSE(check(Config{.ban_window = Seconds{0}}));
  EXPECT_FALSE(check(Config{.ban_time = Seconds{0}}));
}

TEST(GatewayConfig, NamesTheTlsLibrary) {
  const auto loaded = load<Config>("tls_backend = openssl\ntls_legacy_ec = yes\n", config_fields);
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(tls_options(loaded.config).backend, net::TlsBackend::openssl);
  EXPECT_TRUE(tls_options(loaded.config).legacy_ec);
  EXPECT_EQ(tls_options(Config{}).backend, net::TlsBackend::gnutls);
  const auto wrong = load<Config>("tls_backend = wolfssl\n", config_fields);
  EXPECT_EQ(wrong.problems, (std::vector<std::string>{"line 1: tls_backend: neither openssl nor gnutls"}));
}

TEST(GatewayConfig, ReportsEveryMistakeAtOnce) {
  const auto loaded = load<Config>("listen_port = 99999\nlisten_prot = 1\n", config_fields);
  EXPECT_EQ(loaded.problems, (std::vector<std::string>{"line 1: listen_port: not a number in range",
                                                       "line 2: listen_prot: no such setting"}));
}

}  // namespace
}  // namespace signet::gateway
