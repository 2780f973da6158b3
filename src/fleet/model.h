// model.h -- the nouns of the domain. Plain values; what may happen to them is fleet.h.
#pragma once

#include "base/ids.h"
#include "crypto/p256.h"
#include "element/element.h"

#include <optional>
#include <string>
#include <vector>

namespace signet::fleet {

struct Account {
  AccountId id;
  std::string email;
  Timestamp created_at;
};

struct Workspace {
  WorkspaceId id;
  std::string name;
  std::string description;
  AccountId account;
  Timestamp created_at;
  unsigned retention_days = 0;  // readings of an older device time are removed; 0: they are kept for ever
};

struct FleetGroup {  // what users call a fleet
  FleetId id;
  WorkspaceId workspace;
  AccountId account;
  std::string name;
  std::string description;
  Timestamp created_at;
};

struct Device {
  DeviceId id;
  WorkspaceId workspace;
  FleetId fleet;
  AccountId account;
  std::string name;
  std::string phys_id;  // model of the board, from its first report
  Timestamp created_at;
  // Live state, kept by the gateway's reports.
  bool online = false;
  std::optional<Timestamp> last_seen;
  std::string description{};
};

// What becomes of a name and a description; absent: it stays.
struct Renaming {
  std::optional<std::string> name{};
  std::optional<std::string> description{};
};

struct DeviceQuery {  // by id, which is the order of creation
  WorkspaceId workspace;
  std::optional<DeviceId> after{};  // only those behind it, whether it is there or not
  std::optional<FleetId> fleet{};   // absent: of all
  std::string name{};               // "": all
  std::size_t size = 100;           // at most devices_page_max
};
inline constexpr std::size_t devices_page_max = 1001;  // a thousand, and one that tells whether there are more

// quarantined: kept out until a person releases it; it keeps its device.
enum class IdentityState : std::uint8_t { known, claimed, revoked, quarantined };

// One certificate of the registry: of a unit that a manufacturer published, or of a software key that was enrolled.
struct Identity {
  crypto::Digest fingerprint{};  // SHA-256 of the leaf's DER: the primary key
  std::string dcn;               // its common name; unique among identities that are not revoked
  crypto::PublicKey public_key{};
  Buffer certificate;  // DER
  Buffer signer;       // DER; empty when enrolled here
  Timestamp not_before;
  Timestamp not_after;
  element::Assurance assurance = element::Assurance::hardware;
  std::string origin;  // "manifest mah22.json" or "enrolled"
  IdentityState state = IdentityState::known;
  std::optional<DeviceId> device;
  std::string jws;  // the manifest unit as published
};

struct RegistryQuery {                    // in the order in which they came
  std::optional<crypto::Digest> after{};  // only those behind it
  std::size_t page = 0;                   // of those, counted in sizes
  std::size_t size = 100;                 // at most registry_page_max
};

// One datum from a device. (device, tag, device_time) is its key: a second one is dropped.
struct Reading {
  DeviceId device;
  std::string tag;
  Timestamp device_time;
  Timestamp received_at;
  std::string payload;           // JSON object, as sent
  bool arrival_stamped = false;  // device_time is the manager's: it moves on where the key is taken
};

// Where a reading stands among those of its workspace.
struct DataPosition {
  Timestamp device_time;
  DeviceId device;
  std::string tag;
  bool operator==(const DataPosition&) const = default;
};

struct DataQuery {
  WorkspaceId workspace;
  std::optional<Timestamp> start{};     // inclusive, on device_time
  std::optional<Timestamp> end{};       // exclusive
  std::vector<DeviceId> devices{};      // empty: all
  std::vector<FleetId> fleets{};        // that the devices are in now; empty: all
  std::vector<std::string> tags{};      // empty: all
  std::optional<DataPosition> after{};  // only what comes behind it, in the order that is asked for
  bool newest_first = true;
  std::size_t page = 0;
  std::size_t size = 100;  // at most data_page_max
};
inline constexpr std::size_t data_page_max = 175'000;

struct DataRow {
  Reading reading;
  FleetId fleet;
};

// What a device and the manager have not finished saying to each other: it outlives a connection, and a restart. One a
// device; gone when the device's identity is withdrawn.
struct DeviceSession {
  struct Down {  // to j/dn, QoS 1
    std::uint16_t packet_id = 0;
    bool sent = false;  // maybe
    std::optional<Timestamp> expires_at{};
    std::string payload;
    bool operator==(const Down&) const = default;
  };
  struct Will {       // is taken as a message of the device, unless that is back before
    bool up = false;  // on j/up; else a reading
    std::string tag{};
    std::optional<Timestamp> device_time{};
    std::string payload{};
    Seconds delay{0};
    std::optional<Timestamp> due{};  // absent: it is connected
    bool operator==(const Will&) const = default;
  };
  DeviceId device;
  Seconds lifetime{0};                      // after the connection
  std::optional<Timestamp> ends_at{};       // absent: it is connected
  std::optional<std::uint8_t> listens{};    // to j/dn, with that QoS
  std::uint16_t last_id = 0;                // of a packet to the device
  std::vector<Down> down{};                 // in their order
  std::vector<std::uint16_t> unreleased{};  // QoS 2 of the device that is kept: its id is not to be taken for a new one
  std::optional<Will> will{};               // of its last connection; is published when its session has ended, too
  bool is_over(Timestamp now) const { return ends_at && *ends_at <= now; }
  bool operator==(const DeviceSession&) const = default;
};

struct DueWill {
  DeviceId device;
  DeviceSession::Will will;
};

// What the gate writes of sessions at once: who has left first, then sessions as they are now, with the readings of
// QoS 2 whose packet ids they hold: neither is there without the other.
struct SessionLeft {
  DeviceId device;
  Timestamp at;
  Seconds lifetime{0};      // 0: it ended with its connection
  bool last_words = false;  // its will is published when it is due; else it has none any more
};
struct SessionBatch {
  std::vector<SessionLeft> left;
  std::vector<DeviceSession> kept;  // as they are now; their wills stay what they were
  std::vector<Reading> readings;
  std::vector<DueWill> wills{};         // published, and in their sessions no more
  std::vector<DeviceSession> opened{};  // with their wills
};

enum class JobStatus : std::uint8_t { pending, done, failed, expired, cancelled };
std::string_view name_of(JobStatus status);

// What a device shall do: "@name" of its expected twin, from `due_at` until its result. At most one of a name is
// pending on a device.
struct Job {
  JobId id;
  DeviceId device;
  std::string name{};         // without "@"
  std::string value{"null"};  // JSON: what it is called with
  JobStatus status = JobStatus::pending;
  Timestamp scheduled_at{};
  Timestamp due_at{};  // not told to the device before
  bool told = false;   // it stands in the expected twin
  std::optional<Timestamp> expires_at{};
  unsigned retries = 0;  // how often it is told again after a failure
  Seconds retry_after{0};
  std::optional<Timestamp> finished_at{};
  std::string result{"null"};  // JSON: the device's, of the last attempt
  std::string detail{};        // why it ended, unless the device did it
  bool operator==(const Job&) const = default;
};

// What somebody wants done, on one device or on many.
struct JobOrder {
  std::string name;
  std::string value{"null"};            // JSON
  std::optional<Timestamp> due_at{};    // absent: now
  std::optional<Seconds> expires_in{};  // from due_at on; absent: never
  unsigned retries = 0;
  Seconds retry_after{60};
};

struct JobQuery {
  DeviceId device;
  std::string name{};                 // "": all
  std::optional<JobStatus> status{};  // absent: all
  std::optional<JobId> before{};      // those that were scheduled before that one
  std::size_t size = 100;             // at most jobs_page_max
};
inline constexpr std::size_t jobs_page_max = 1000;

// Something that a device says has begun, and may say has ended: a door that stands open, a motor that is too hot.
struct Condition {
  std::int64_t number = 0;  // rises by the order of their opening; given by the store
  DeviceId device;
  std::string uuid{};  // the device's name for it
  std::string tag{};
  std::string payload{"null"};  // JSON, of its opening
  Timestamp start{};
  std::string payloadf{"null"};       // JSON, of its end
  std::optional<Timestamp> finish{};  // absent: it is open
  bool operator==(const Condition&) const = default;
};
struct ConditionRow {
  Condition condition;
  WorkspaceId workspace;
  FleetId fleet;
  std::string device_name;
};

struct ConditionQuery {
  WorkspaceId workspace;
  std::optional<DeviceId> device{};  // absent: all
  std::string tag{};                 // "": all
  std::optional<bool> open{};        // absent: both
  Seconds longer_than{0};            // an open one has lasted until `now`
  Timestamp now{};
  std::optional<std::int64_t> before{};  // those with a lesser number
  std::size_t size = 100;                // at most conditions_page_max
};
inline constexpr std::size_t conditions_page_max = 1000;

struct AuditEntry {
  std::int64_t number = 0;  // rises by one
  Timestamp at;
  std::string actor;    // e-mail, "device dev-…", "setup", or "unknown"
  std::string action;   // "device.claim", "gateway.refuse"
  std::string subject;  // what it was done to
  std::string address;  // where from
  bool allowed = true;
  std::string detail;                    // the reason, in words for an operator
  std::optional<crypto::Digest> hash{};  // audit_chain.h's, given by the store; absent: from before there was a chain
  std::string request{};                 // id of the request of a person or program that did it, or was refused
};

// Twin entry: {"t": ms, "v": json}.
struct TwinEntry {
  std::string key;
  std::int64_t millis = 0;
  std::string value;  // JSON text
};
struct Twin {
  std::vector<TwinEntry> current;
  std::vector<TwinEntry> expected;
};
// One key of the expected side: what it shall be, as JSON, or "null" when nothing is expected of it any more.
struct Wish {
  std::string key;
  std::string value{"null"};
};

}  // namespace signet::fleet
