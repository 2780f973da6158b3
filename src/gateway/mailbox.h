// mailbox.h -- a list that many threads fill and one loop empties, all at once, as the first thing of its turn.
#pragma once

#include "net/loop.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <mutex>
#include <vector>

namespace signet::gateway {

// Not bounded by itself: who fills it is (Desk::has_room, one answer a question).
template <class Item>
class Mailbox {
 public:
  using Take = std::function<void(std::vector<Item>)>;

  // `take` is called on the loop's thread, never within put(). Destroy it on that thread, or when the loop does not
  // run.
  static Result<std::unique_ptr<Mailbox>> create(net::Loop& loop, Take take) {
    Fd bell{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (!bell) return os_error("create", "eventfd");
    std::unique_ptr<Mailbox> made{new Mailbox{loop, std::move(bell), std::move(take)}};
    TRY(loop.watch(made->bell_.get(), net::Ready::read, [box = made.get()](net::Ready) { box->empty(); }));
    return made;
  }
  ~Mailbox() { loop_.unwatch(bell_.get()); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // From any thread.
  void put(Item item) {
    {
      const std::lock_guard lock{mutex_};
      items_.push_back(std::move(item));
      if (items_.size() > 1) return;  // the bell has been rung
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t wrote = ::write(bell_.get(), &one, sizeof one);
  }

  // Takes what there is. The loop calls it by itself; on its thread, or when it does not run, anybody may.
  void empty() {
    std::uint64_t count;
    [[maybe_unused]] const ssize_t got = ::read(bell_.get(), &count, sizeof count);  // only to clear it
    std::vector<Item> taken;
    {
      const std::lock_guard lock{mutex_};
      taken.swap(items_);
    }
    if (!taken.empty()) take_(std::move(taken));
  }

 private:
  Mailbox(net::Loop& loop, Fd bell, Take take) : loop_(loop), bell_(std::move(bell)), take_(std::move(take)) {}

  net::Loop& loop_;
  Fd bell_;
  Take take_;
  std::mutex mutex_;  // guards items_; held for as long as a push or a swap takes
  std::vector<Item> items_;
};

}  // namespace signet::gateway
