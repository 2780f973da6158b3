#include "board/dialler.h"

namespace signet::board {

Dialler::Dialler(net::Loop& loop, DialRules rules, OnDialled on_dialled)
    : loop_(loop),
      rules_(std::move(rules)),
      on_dialled_(std::move(on_dialled)),
      self_(std::make_shared<Dialler*>(this)) {}

Status Dialler::dial(std::uint32_t id, const Dial& wanted) {
  TRY(rules_.check_host(wanted.host));
  if (tries_.size() >= dials_max) return Error{Errc::exhausted, "8 connections are being made already"};
  if (tries_.contains(id)) return Error{Errc::conflict, "a request with this id waits already"};
  if (!resolver_) resolver_ = std::make_unique<net::Worker>(dials_max);
  const std::uint64_t number = ++last_number_;
  const auto look_up = [&loop = loop_, self = std::weak_ptr{self_}, wanted, id, number] {  // on the resolver's thread
    const auto found = std::make_shared<Result<std::vector<net::Address>>>(net::resolve(wanted.host, wanted.port));
    (void)loop.post([self, id, number, found] {
      if (const auto dialler = self.lock()) (*dialler)->begin(id, number, std::move(*found));
    });
  };
  if (!resolver_->post(look_up)) return Error{Errc::exhausted, "the names asked for before are still being looked up"};
  tries_[id] = Try{wanted, number, {}, 0, Fd{}, std::nullopt};
  return {};
}

void Dialler::begin(std::uint32_t id, std::uint64_t number, Result<std::vector<net::Address>> found) {
  const auto dial = tries_.find(id);
  if (dial == tries_.end() || dial->second.number != number) return;  // given up
  if (!found) return finish(id, std::move(found).error());
  keep_allowed(dial->second, found.value());
  try_next(id);
}

void Dialler::keep_allowed(Try& dial, const std::vector<net::Address>& found) {
  for (const net::Address& address : found) {
    if (Status allowed = rules_.check_address(dial.wanted.host, net::address_text(address)); !allowed) {
      dial.why_not = std::move(allowed).error();
      continue;
    }
    dial.addresses.push_back(address);
  }
}

void Dialler::try_next(std::uint32_t id) {
  Try& dial = tries_.at(id);
  while (dial.next < dial.addresses.size()) {
    const net::Address& address = dial.addresses[dial.next++];
    Result<Fd> socket = dial.wanted.datagrams ? net::open_datagrams(address) : net::start_connecting(address);
    if (socket && dial.wanted.datagrams) return finish(id, std::move(socket));
    if (!socket) {
      dial.why_not = std::move(socket).error();
      continue;
    }
    dial.socket = std::move(socket).value();
    Status watched = loop_.watch(dial.socket.get(), net::Ready::write, [this, id](net::Ready) { decided(id); });
    if (watched) return;
    dial.socket.close();
    dial.why_not = std::move(watched).error();
  }
  finish(id, Error{*dial.why_not});
}

void Dialler::decided(std::uint32_t id) {
  Try& dial = tries_.at(id);
  loop_.unwatch(dial.socket.get());
  Fd socket = std::move(dial.socket);
  Status outcome = net::connect_outcome(socket.get(), dial.addresses[dial.next - 1]);
  if (outcome) return finish(id, std::move(socket));
  dial.why_not = std::move(outcome).error();
  try_next(id);
}

void Dialler::finish(std::uint32_t id, Result<Fd> socket) {
  tries_.erase(id);
  on_dialled_(id, std::move(socket));
}

void Dialler::give_up(std::uint32_t id) {
  const auto dial = tries_.find(id);
  if (dial == tries_.end()) return;
  if (dial->second.socket) loop_.unwatch(dial->second.socket.get());
  tries_.erase(dial);
}

void Dialler::forget() {
  while (!tries_.empty()) give_up(tries_.begin()->first);
}

}  // namespace signet::board
