// mailbox.h -- a list that many threads fill and one loop empties, all at once, when the first of it may wait no
// longer.
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
    TRY(loop.watch(made->bell_.get(), net::Ready::read, [box = made.get()](net::Ready) { box->answer_bell(); }));
    return made;
  }
  ~Mailbox() {
    loop_.cancel(timer_);
    loop_.unwatch(bell_.get());
  }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // From any thread. The item, and all that came before it, is taken within `patience`, or with company that can wait
  // less: a taker whose work costs as much for many as for one is asked seldom.
  void put(Item item, Micros patience = Micros{0}) {
    const Instant due = loop_.clock().monotonic() + patience;
    {
      const std::lock_guard lock{mutex_};
      items_.push_back(std::move(item));
      if (items_.size() > 1 && due_ <= due) return;  // the bell has been rung
      due_ = due;
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t wrote = ::write(bell_.get(), &one, sizeof one);
  }

  // Takes what there is. The loop calls it by itself; on its thread, or when it does not run, anybody may.
  void empty() {
    loop_.cancel(std::exchange(timer_, 0));
    std::vector<Item> taken;
    {
      const std::lock_guard lock{mutex_};
      taken.swap(items_);
    }
    if (!taken.empty()) take_(std::move(taken));
  }

 private:
  Mailbox(net::Loop& loop, Fd bell, Take take) : loop_(loop), bell_(std::move(bell)), take_(std::move(take)) {}

  void answer_bell() {
    std::uint64_t count;
    [[maybe_unused]] const ssize_t got = ::read(bell_.get(), &count, sizeof count);  // only to clear it
    Instant due;
    {
      const std::lock_guard lock{mutex_};
      due = due_;
    }
    const Micros left = due - loop_.clock().monotonic();
    if (left <= Micros{0}) return empty();
    loop_.cancel(timer_);
    timer_ = loop_.after(left, [this] { empty(); });
  }

  net::Loop& loop_;
  Fd bell_;
  Take take_;
  std::mutex mutex_;  // guards items_ and due_; held for as long as a push or a swap takes
  std::vector<Item> items_;
  Instant due_{};                 // of the items; set with the first of them
  net::Loop::TimerId timer_ = 0;  // on the loop's thread
};

}  // namespace signet::gateway
