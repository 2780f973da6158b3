// manager.h -- signetd without sockets: the real gateway over the real fleet over a real SQLite file, in one process.
#pragma once

#include "base/memory_disk_for_test.h"
#include "fleet/fleet.h"
#include "gateway/drainer.h"
#include "gateway/session.h"
#include "gateway/straight_desk.h"
#include "net/connection.h"
#include "sim/flaky_store.h"
#include "store/log/writer.h"

namespace signet::sim {

// The manager's end of a connection: keeps what is sent until somebody carries it away.
class ManagerEnd final : public net::Connection {
 public:
  ManagerEnd(Buffer certificate, std::string address)
      : certificate_(std::move(certificate)), address_(std::move(address)) {}
  void send(Bytes bytes) override { sent.insert(sent.end(), bytes.begin(), bytes.end()); }
  void close_within(Millis) override { closed = true; }
  void close_now() override { sent.clear(), closed = true; }
  void pause_reading(bool yes) override { paused = yes; }
  const std::string& peer_address() const override { return address_; }
  std::string tls_version() const override { return "TLSv1.3"; }
  std::string alpn() const override { return "mqtt"; }
  const Buffer& peer_certificate() const override { return certificate_; }
  bool established() const override { return true; }

  Buffer sent;
  bool closed = false;
  bool paused = false;

 private:
  Buffer certificate_;
  std::string address_;
};

class Manager final : public gateway::Turn {
 public:
  Manager(std::string database, Clock& clock, crypto::Random& random)
      : database_(std::move(database)), clock_(clock), random_(random) {}
  ~Manager() override { kill(); }

  Status start();  // over the file as it is
  void kill();     // nothing more is written, and nobody is told
  bool is_up() const { return hall_ != nullptr; }
  void end_turn();

  FlakyStore& store() { return *store_; }
  MemoryDisk_for_test& disk() { return disk_; }
  gateway::Drainer& drainer() { return *drainer_; }
  gateway::Hall& hall() { return *hall_; }

  Clock& clock() override { return clock_; }
  void at_turn_end(std::function<void()> run) override { ends_.push_back(std::move(run)); }
  void after(Micros, std::function<void()> run) override { ends_.push_back(std::move(run)); }  // the turn after this

 private:
  std::string database_;
  Clock& clock_;
  crypto::Random& random_;
  gateway::Config config_;
  std::vector<std::function<void()>> ends_;
  std::unique_ptr<FlakyStore> store_;
  std::unique_ptr<fleet::Fleet> fleet_;
  MemoryDisk_for_test disk_;  // of the ingest log
  std::unique_ptr<store::LogWriter> log_;
  std::unique_ptr<gateway::Drainer> drainer_;
  std::unique_ptr<gateway::Registrar> registrar_;
  std::unique_ptr<gateway::StraightDesk> desk_;
  std::unique_ptr<gateway::FleetGate> gate_;
  std::shared_ptr<gateway::Hall> hall_;
};

}  // namespace signet::sim
