// dialler.h -- connections that the board makes for its program, and hands over open: the program has no way to make
// one itself (docs/formats/board-client.md).
#pragma once

#include "board/dial_rules.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/worker.h"

#include <map>
#include <optional>

namespace signet::board {

inline constexpr std::size_t dials_max = 8;  // under way at once

struct Dial {
  std::string host;
  std::uint16_t port = 0;
  bool datagrams = false;  // UDP
};

class Dialler {
 public:
  using OnDialled = std::function<void(std::uint32_t id, Result<Fd> socket)>;
  Dialler(net::Loop& loop, DialRules rules, OnDialled on_dialled);
  ~Dialler() { forget(); }

  // `on_dialled` is called later, once, unless it is given up before. At once: forbidden, exhausted.
  Status dial(std::uint32_t id, const Dial& wanted);
  void give_up(std::uint32_t id);
  void forget();  // all of them

 private:
  struct Try {
    Dial wanted;
    std::uint64_t number = 0;  // tells it from an earlier one with the same id
    std::vector<net::Address> addresses;
    std::size_t next = 0;
    Fd socket;
    std::optional<Error> why_not;
  };
  void begin(std::uint32_t id, std::uint64_t number, Result<std::vector<net::Address>> found);
  void keep_allowed(Try& dial, const std::vector<net::Address>& found);
  void try_next(std::uint32_t id);
  void decided(std::uint32_t id);
  void finish(std::uint32_t id, Result<Fd> socket);

  net::Loop& loop_;
  DialRules rules_;
  OnDialled on_dialled_;
  std::uint64_t last_number_ = 0;
  std::map<std::uint32_t, Try> tries_;
  std::shared_ptr<Dialler*> self_;         // weak in what comes back from the resolver: we may have gone
  std::unique_ptr<net::Worker> resolver_;  // made at the first name; ends before all above
};

}  // namespace signet::board
