#include "element/link/bus_arbiter.h"

namespace signet::element {

Status BusArbiter::on_connect(ClientId id) {
  if (clients_.size() >= bus_clients_max) return Error{Errc::exhausted, "too many hosts on the bus"};
  ENSURE(clients_.emplace(id, Buffer{}).second);
  return {};
}

BusArbiter::Actions BusArbiter::on_bytes(ClientId id, Bytes bytes) {
  Actions out;
  Buffer& pending = clients_.at(id);
  if (pending.size() + bytes.size() > bus_request_bytes_max) {  // strict request and response: never more than one
    forget(id);
    out.closes.push_back({id, {Errc::too_large, "more than one request at once"}});
  } else {
    Writer{pending}.bytes(bytes);
  }
  pump(out);
  return out;
}

BusArbiter::Actions BusArbiter::on_disconnect(ClientId id) {
  Actions out;
  forget(id);
  pump(out);
  return out;
}

BusArbiter::Actions BusArbiter::on_time() {
  Actions out;
  pump(out);
  return out;
}

bool BusArbiter::is_waiting(ClientId id) const { return std::ranges::find(waiting_, id) != waiting_.end(); }

// It is no power cycle: the chip stays as it is. Only a host that waits already is spared an old answer.
void BusArbiter::forget(ClientId id) {
  std::erase(waiting_, id);
  if (holder_ == id) {
    if (!waiting_.empty()) device_.end_turn(false);
    holder_.reset();
  }
  if (last_holder_ == id) last_holder_.reset();
  clients_.erase(id);
}

void BusArbiter::release_when_asleep() {
  if (holder_ && !device_.awake_until()) holder_.reset();
}

// A pulse does nothing to a chip that is awake. One that was left awake by a host that is gone, and has said all it had
// to say, goes through idle first: the new host expects a greeting, and whatever idle keeps is kept.
void BusArbiter::take_bus(ClientId id) {
  if (holder_ != id && last_holder_ && last_holder_ != id) device_.end_turn(true);
  if (!holder_ && device_.awake_until() && !device_.is_answer_waiting()) device_.end_turn(false);
  holder_ = last_holder_ = id;
  device_.wake_pulse();
}

// On a free bus the chip is asleep, or was left awake by a host that is gone: then whoever speaks to it has the bus.
// One that is asleep hears nothing but a wake, which the kernel's driver writes as zeros.
bool BusArbiter::may_speak(ClientId id, const BusRequest& request) {
  if (holder_) return holder_ == id;
  if (!device_.awake_until()) {
    if (!is_wake_by_zeros(request)) return false;
    if (last_holder_ && last_holder_ != id) device_.end_turn(true);
  }
  holder_ = last_holder_ = id;  // and released again when it did not wake
  return true;
}

Buffer BusArbiter::perform(ClientId id, const BusRequest& request) {
  Buffer answer{bus_nack};
  if (request.op == BusOp::wake) {
    take_bus(id);
    answer[0] = bus_ack;
  } else if (!may_speak(id, request)) {
    return answer;
  } else if (request.op == BusOp::write) {
    answer[0] = device_.write(request.address, request.data) ? bus_ack : bus_nack;
  } else if (const auto bytes = device_.read(request.address, request.read_size)) {
    answer[0] = bus_ack;
    Writer{answer}.bytes(*bytes);
  }
  return answer;
}

bool BusArbiter::step(ClientId id, Actions& out) {
  Buffer& pending = clients_.at(id);
  const auto found = find_bus_request(pending);
  if (!found) {
    out.closes.push_back({id, found.error()});
    forget(id);
    return true;
  }
  if (!found.value()) return false;
  const auto& [request, size] = *found.value();
  if (request.op == BusOp::wake && holder_ && holder_ != id) {
    waiting_.push_back(id);
    return false;
  }
  out.sends.push_back({id, perform(id, request)});
  pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(size));
  release_when_asleep();
  return true;
}

// Until nobody has a request that can be answered now. Whoever waits for the bus longest has it first.
void BusArbiter::pump(Actions& out) {
  for (bool moved = true; moved;) {
    moved = false;
    release_when_asleep();
    if (!holder_ && !waiting_.empty()) {
      const ClientId next = waiting_.front();
      waiting_.pop_front();
      moved = step(next, out);
    }
    for (auto it = clients_.begin(); it != clients_.end();) {
      const ClientId id = (it++)->first;  // step may forget it
      if (!is_waiting(id)) moved = step(id, out) || moved;
    }
  }
}

}  // namespace signet::element
