// outward.h -- what goes out of the manager: each workspace's feed of what happened in it, and the integrations that
// programs elsewhere are told of it by.
//
// A feed line of a reading is its key alone: the reading itself is stored already. So what waits for a sink that is
// down costs a line each, once for all integrations, and each integration is a position in the feed.
#pragma once

#include "base/ids.h"
#include "crypto/digest.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace signet::fleet {

enum class OutwardKind : std::uint8_t { data, event, condition };
inline constexpr OutwardKind last_outward_kind = OutwardKind::condition;

// Something that happened to a device and is no reading: "connection", "disconnection", "job"; or that a condition
// began, goes on otherwise, or has ended: its type is the condition's tag then.
struct DeviceEvent {
  DeviceId device{};
  std::string type{};
  bool to_device = false;  // the manager said it, not the device
  Timestamp at{};
  std::string payload{"{}"};  // JSON object; of a condition write_condition's
  OutwardKind kind = OutwardKind::event;
};

// One line of a feed.
struct Outward {
  std::int64_t number = 0;  // rises by one within its workspace
  OutwardKind kind = OutwardKind::data;
  FleetId fleet{};
  DeviceId device{};
  std::string device_name{};
  std::string label{};      // a reading's or a condition's tag, an event's type
  bool to_device = false;   // of an event
  Timestamp at{};           // a reading's device time, a condition's start
  Timestamp received_at{};  // of a reading
  std::string payload{};
};

// A filter that names nothing wants all.
template <class List, class Item>
bool is_wanted(const List& list, const Item& item) {
  return list.empty() || std::find(list.begin(), list.end(), item) != list.end();
}

struct FeedQuery {
  WorkspaceId workspace{};
  std::int64_t after = 0;
  std::size_t size = 1000;
  std::size_t bytes_max = 256 * 1024;  // of payloads, and one more line
};
struct FeedPage {
  std::vector<Outward> lines{};
  std::int64_t end = 0;  // the last number that was looked at: of some, the reading or the device is gone
};

// A program elsewhere that is told by HTTPS: a webhook.
struct Integration {
  IntegrationId id{};
  WorkspaceId workspace{};
  std::string name{};
  std::string url{};
  OutwardKind kind = OutwardKind::data;
  std::vector<FleetId> fleets{};    // empty: all
  std::vector<std::string> tags{};  // empty: all; of events their types
  std::string token{};              // sent as X-Auth-Token, unless empty
  Block<32> secret{};               // signs each delivery
  bool is_on = true;
  Timestamp created_at{};
  // --- how it goes
  std::int64_t position = 0;                 // everything up to it is delivered, or none of its business
  unsigned failures = 0;                     // in a row
  std::optional<Timestamp> failing_since{};  // stays when it was turned off for it
  std::optional<Timestamp> retry_at{};
  std::string trouble{};  // the last failure, in words
  std::optional<Timestamp> delivered_at{};
  std::int64_t delivered = 0;  // lines
  std::int64_t dropped = 0;    // lines that the sink would not have
  bool operator==(const Integration&) const = default;
};

// A line that an integration gave up on: kept for a person to look at, to send once more, or to throw away.
struct DeadLetter {
  std::int64_t number = 0;  // rises; given by the store
  IntegrationId integration{};
  Timestamp at{};        // when it was given up
  std::string reason{};  // the sink's last answer to it, in words
  std::string batch_id{};
  std::string body{};    // of a delivery of this line alone, with the ids that it had
  unsigned replays = 0;  // that failed, too
  bool operator==(const DeadLetter&) const = default;
};

}  // namespace signet::fleet
