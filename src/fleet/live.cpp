// Who listens to what happens, while it happens.
#include "fleet/state.h"

namespace signet::fleet {
namespace {

// The devices that are named in one go.
class Named {
 public:
  explicit Named(Store& store) : store_(store) {}
  const Device* find(const DeviceId& id) {
    const auto known = devices_.find(id);
    if (known != devices_.end()) return &known->second;
    const auto found = store_.device(id);
    if (!found || !found.value()) return nullptr;  // whatever is wrong is told where it matters
    return &devices_.emplace(id, *found.value()).first->second;
  }

 private:
  Store& store_;
  std::map<DeviceId, Device> devices_;
};

Outward line_of(const Device& device, OutwardKind kind) {
  return {.kind = kind, .fleet = device.fleet, .device = device.id, .device_name = device.name};
}

}  // namespace

Result<Figures> Fleet::figures() {
  const State& s = *state_;
  return Figures{s.readings_stored, TRY(s.store.pending_jobs()), s.store.figures()};
}

Status Fleet::ready() {
  TRY(state_->store.operator_account());
  return {};
}

void Fleet::listen(Listener* listener) { state_->listener = listener; }

Status Fleet::State::tell_out(Changes& to, DeviceEvent event) {
  TRY(to.add_event(event));
  if (listener && listener->listens()) told.push_back(std::move(event));
  return {};
}

Status Fleet::State::publish(Status done) {
  const std::vector<DeviceEvent> events = std::exchange(told, {});
  if (!done || !listener) return done;
  Named named{store};
  for (const DeviceEvent& event : events) {
    const Device* device = named.find(event.device);
    if (!device) continue;
    Outward line = line_of(*device, event.kind);
    line.label = event.type, line.to_device = event.to_device, line.at = event.at, line.payload = event.payload;
    listener->on_happened(device->workspace, line);
  }
  return done;
}

void Fleet::State::publish(std::span<const Reading> readings) {
  readings_stored += readings.size();
  if (!listener || !listener->listens()) return;
  Named named{store};
  for (const Reading& reading : readings) {
    const Device* device = named.find(reading.device);
    if (!device) continue;
    Outward line = line_of(*device, OutwardKind::data);
    line.label = reading.tag, line.at = reading.device_time, line.received_at = reading.received_at;
    line.payload = reading.payload;
    listener->on_happened(device->workspace, line);
  }
}

Status Fleet::State::change_soon(const std::function<Status(Changes&)>& act) { return publish(store.change_soon(act)); }

}  // namespace signet::fleet
