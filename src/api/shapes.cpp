#include "api/shapes.h"

#include "api/routes.h"
#include "element/element.h"

namespace signet::api {
namespace {

std::string_view name_of(fleet::IdentityState state) {
  switch (state) {
    case fleet::IdentityState::known: return "known";
    case fleet::IdentityState::claimed: return "claimed";
    case fleet::IdentityState::revoked: return "revoked";
    case fleet::IdentityState::quarantined: return "quarantined";
  }
  return "";
}

std::string_view name_of(element::Assurance assurance) {
  switch (assurance) {
    case element::Assurance::hardware: return "hardware";
    case element::Assurance::emulated: return "emulated";
    case element::Assurance::software: return "software";
  }
  return "";
}

Result<json::object> side(const std::vector<fleet::TwinEntry>& entries) {
  json::object out;
  for (const fleet::TwinEntry& entry : entries) {
    Result<json::value> value = parse_json(entry.value);
    if (!value) return Error{Errc::corrupt, "twin entry " + entry.key + ": " + value.error().what};
    out[entry.key] = json::object{{"t", entry.millis}, {"v", std::move(value).value()}};
  }
  return out;
}

// Of module guard.
std::vector<Schema> with_security(std::vector<Schema> all) {
  all.insert(all.end(), {{"Knocker",
                          {{"address", "string", "an IPv4 address or an IPv6 /64"},
                           {"admitted", "integer", "connections of devices"},
                           {"refusals", "Refusal[]", "most first"},
                           {"at_home", "boolean", "a device is connected from there, or was within two days"},
                           {"last_seen", "time"},
                           {"banned_until", "time?"}}},
                         {"Refusal", {{"reason", "string"}, {"count", "integer", "connections"}}},
                         {"Ban",
                          {{"address", "string"},
                           {"until", "time"},
                           {"manual", "boolean", "a person set it"},
                           {"strikes", "integer", "automatic bans so far"},
                           {"reason", "string"}}}});
  return all;
}

std::vector<Schema> with_work(std::vector<Schema> all) {
  all.insert(all.end(), {{"Job",
                          {{"name", "string"},
                           {"status", "string", "pending, done, failed, expired or cancelled"},
                           {"scheduled_at", "time"},
                           {"value", "any", "what it is called with; once it has answered, its answer"},
                           {"id", "string"},
                           {"device_id", "string"},
                           {"args", "any", "what it is called with"},
                           {"result", "any", "what the device answered last; null before"},
                           {"due_at", "time"},
                           {"expires_at", "time?"},
                           {"finished_at", "time?"},
                           {"retries", "integer", "left"},
                           {"detail", "string", "why it ended, unless it is done"}}},
                         {"FleetJob",
                          {{"name", "string"},
                           {"status", "string", "pending"},
                           {"scheduled_at", "time"},
                           {"value", "any", "what they are called with"},
                           {"due_at", "time"},
                           {"expires_at", "time?"},
                           {"devices", "string[]", "that were asked: see the job of each"}}},
                         {"Variable",
                          {{"name", "string"},
                           {"value", "any", "what the device said last; null: nothing"},
                           {"updated_at", "time?"},
                           {"pending", "any", "what is expected of it and not confirmed; null: nothing"},
                           {"pending_since", "time?"}}},
                         {"Condition",
                          {{"number", "integer", "rises by the order of their opening"},
                           {"uuid", "string", "the device's name for it"},
                           {"tag", "string"},
                           {"workspace_id", "string"},
                           {"device_id", "string"},
                           {"fleet_id", "string"},
                           {"device_name", "string"},
                           {"payload", "any", "of its opening"},
                           {"payloadf", "any", "of its end"},
                           {"start", "time"},
                           {"finish", "time?", "null while it is open"},
                           {"duration", "integer?", "seconds; null while it is open"}}}});
  return all;
}

std::vector<Schema> with_manager(std::vector<Schema> all) {
  all.insert(
      all.end(),
      {{"Server",
        {{"version", "string"},
         {"fingerprint", "string", "SHA-256 of the CA's DER, hex: the name of this manager in claims"},
         {"device_port", "integer", "MQTT over mutual TLS"},
         {"store_version", "integer"},
         {"receipt_key", "string", "public key of claim receipts: X and Y, 128 hex digits"},
         {"next_ca", "object?",
          "the CA that will follow: ca, PEM, and the present one's signature for it; mostly null"}}},
       {"Error",
        {{"error", "Refused"},
         {"code", "string", "as in error, for older clients; so are the next two"},
         {"title", "string"},
         {"message", "string"}}},
       {"Refused",
        {{"code", "string", "malformed, too_large, unauthenticated, forbidden, not_found, conflict, exhausted, ..."},
         {"message", "string", "what kind of refusal it is"},
         {"detail", "string", "what to do about it"},
         {"request_id", "string", "what the request is called"}}}});
  return all;
}

std::vector<Schema> with_data(std::vector<Schema> all) {
  all.insert(all.end(), {{"Datum",
                          {{"timestamp_device", "time"},
                           {"timestamp_in", "time"},
                           {"fleet_id", "string"},
                           {"device_id", "string"},
                           {"tag", "string"},
                           {"payload", "object"}}},
                         {"Aggregate",
                          {{"start", "time", "of the interval"},
                           {"device_id", "string?"},
                           {"count", "integer", "of numbers at the field; of readings without one"},
                           {"avg", "number?"},
                           {"min", "number?"},
                           {"max", "number?"},
                           {"sum", "number?"},
                           {"last", "number?", "of the latest timestamp_device"}}}});
  return all;
}

std::vector<Schema> with_people(std::vector<Schema> all) {
  for (Schema& schema : people_schemas()) all.push_back(std::move(schema));
  return all;
}

}  // namespace

json::value or_null(const std::optional<Timestamp>& at) {
  return at ? json::value(rfc3339(*at)) : json::value(nullptr);
}

const std::vector<Schema>& schemas() {
  static const std::vector<Schema> all = with_people(
      with_data(with_fota(with_firmware(with_exports(with_integrations(with_manager(with_work(with_security({
          {"Account", {{"id", "string"}, {"email", "string"}, {"created_at", "time"}}},
          {"Workspace",
           {{"id", "string"},
            {"name", "string"},
            {"account_id", "string"},
            {"description", "string"},
            {"created_at", "time"},
            {"retention_days", "integer", "after which readings are removed; 0: never"}}},
          {"Fleet",
           {{"id", "string"},
            {"name", "string"},
            {"description", "string"},
            {"account_id", "string"},
            {"workspace_id", "string"},
            {"created_at", "time"}}},
          {"Device",
           {{"id", "string"},
            {"name", "string"},
            {"account_id", "string"},
            {"fleet_id", "string"},
            {"fleet_name", "string"},
            {"workspace_id", "string"},
            {"workspace_name", "string"},
            {"created_at", "time"},
            {"phys_id", "string", "model of the board, once it has reported"},
            {"identities", "Identity[]?", "null when it was never claimed"},
            {"online", "boolean"},
            {"last_seen", "time?"},
            {"description", "string"},
            {"firmware", "RunningFirmware?", "that it says it runs; null when it did not say, and in lists"}}},
          {"RunningFirmware",
           {{"id", "string?", "of this workspace"},
            {"name", "string", "of that, or the device's own words, as Factory"},
            {"version", "string?"},
            {"on_trial", "boolean", "it has not confirmed it yet, and may go back"},
            {"since", "time", "when it first said so"}}},
          {"Identity",
           {{"device_id", "string?"},
            {"dcn", "string", "common name of the certificate"},
            {"revoked", "boolean"},
            {"expires_at", "time"},
            {"state", "string", "known, claimed, revoked or quarantined"},
            {"assurance", "string", "hardware, emulated or software: where the private key lives"},
            {"origin", "string", "how the registry came to know it"},
            {"fingerprint", "string", "SHA-256 of the certificate's DER, hex"}}},
          {"AuditEntry",
           {{"number", "integer"},
            {"at", "time"},
            {"actor", "string"},
            {"action", "string"},
            {"subject", "string"},
            {"address", "string"},
            {"allowed", "boolean"},
            {"detail", "string"},
            {"hash", "string?", "SHA-256 that names this entry and all before it; null: from before there was a chain"},
            {"request_id", "string?", "X-Request-Id of the request that did it"}}},
          {"Twin",
           {{"current", "object", "key: {\"t\": milliseconds, \"v\": value}, as the device reported"},
            {"expected", "object", "the same, as the device shall be"},
            {"delta", "object", "of these the values that the device has not confirmed; jobs are not among them"}}},
      })))))))));
  return all;
}

json::object shape(const fleet::Workspace& workspace) {
  return {{"id", workspace.id.str()},
          {"name", workspace.name},
          {"account_id", workspace.account.str()},
          {"description", workspace.description},
          {"created_at", rfc3339(workspace.created_at)},
          {"retention_days", workspace.retention_days}};
}

json::object shape(const fleet::FleetGroup& fleet) {
  return {{"id", fleet.id.str()},
          {"name", fleet.name},
          {"description", fleet.description},
          {"account_id", fleet.account.str()},
          {"workspace_id", fleet.workspace.str()},
          {"created_at", rfc3339(fleet.created_at)}};
}

json::object shape(const fleet::Identity& identity) {
  return {{"device_id", identity.device ? json::value(identity.device->str()) : json::value(nullptr)},
          {"dcn", identity.dcn},
          {"revoked", identity.state == fleet::IdentityState::revoked},
          {"expires_at", rfc3339(identity.not_after)},
          {"state", name_of(identity.state)},
          {"assurance", name_of(identity.assurance)},
          {"origin", identity.origin},
          {"fingerprint", hex(identity.fingerprint)}};
}

json::object shape(const fleet::AuditEntry& entry) {
  return {{"number", entry.number},
          {"at", rfc3339(entry.at)},
          {"actor", entry.actor},
          {"action", entry.action},
          {"subject", entry.subject},
          {"address", entry.address},
          {"allowed", entry.allowed},
          {"detail", entry.detail},
          {"hash", entry.hash ? json::value(hex(*entry.hash)) : json::value(nullptr)},
          {"request_id", entry.request.empty() ? json::value(nullptr) : json::value(entry.request)}};
}

Result<json::object> shape(const fleet::Twin& twin) {
  const json::object current = TRY(side(twin.current));
  const json::object expected = TRY(side(twin.expected));
  json::object delta = expected;
  for (const fleet::TwinEntry& entry : twin.expected) {
    if (entry.key.starts_with('@')) delta.erase(entry.key);
  }
  return json::object{{"current", current}, {"expected", expected}, {"delta", delta}};
}

// As documented, `value` is what the device is called with until it has answered, and then its answer.
Result<json::object> shape(const fleet::Job& job) {
  const bool answered = job.status == fleet::JobStatus::done || job.status == fleet::JobStatus::failed;
  const json::value args = TRY(parse_json(job.value));
  const json::value result = TRY(parse_json(job.result));
  return json::object{{"name", job.name},
                      {"status", job_statuses[static_cast<std::size_t>(job.status)]},
                      {"scheduled_at", rfc3339(job.scheduled_at)},
                      {"value", answered ? result : args},
                      {"id", job.id.str()},
                      {"device_id", job.device.str()},
                      {"args", args},
                      {"result", result},
                      {"due_at", rfc3339(job.due_at)},
                      {"expires_at", or_null(job.expires_at)},
                      {"finished_at", or_null(job.finished_at)},
                      {"retries", job.retries},
                      {"detail", job.detail}};
}

Result<json::object> shape(const fleet::ConditionRow& row) {
  const fleet::Condition& one = row.condition;
  const json::value payload = TRY(parse_json(one.payload)), payloadf = TRY(parse_json(one.payloadf));
  json::value duration;
  if (one.finish) duration = std::chrono::floor<Seconds>(*one.finish - one.start).count();
  return json::object{{"number", one.number},
                      {"uuid", one.uuid},
                      {"tag", one.tag},
                      {"workspace_id", row.workspace.str()},
                      {"device_id", one.device.str()},
                      {"fleet_id", row.fleet.str()},
                      {"device_name", row.device_name},
                      {"payload", payload},
                      {"payloadf", payloadf},
                      {"start", rfc3339(one.start)},
                      {"finish", or_null(one.finish)},
                      {"duration", duration}};
}

Result<DeviceNames> names_in(fleet::Fleet& fleet, const fleet::Actor& actor, const WorkspaceId& workspace) {
  DeviceNames out;
  out.workspace = TRY(fleet.workspace(actor, workspace)).name;
  for (const fleet::FleetGroup& group : TRY(fleet.fleets(actor, workspace))) out.fleets[group.id] = group.name;
  return out;
}

json::object shape(const fleet::Device& device, const DeviceNames& names,
                   const std::vector<fleet::Identity>& identities) {
  const auto fleet_name = names.fleets.find(device.fleet);
  return {{"id", device.id.str()},
          {"name", device.name},
          {"account_id", device.account.str()},
          {"fleet_id", device.fleet.str()},
          {"fleet_name", fleet_name == names.fleets.end() ? "" : fleet_name->second},
          {"workspace_id", device.workspace.str()},
          {"workspace_name", names.workspace},
          {"created_at", rfc3339(device.created_at)},
          {"phys_id", device.phys_id},
          {"identities", identities.empty() ? json::value(nullptr) : json::value(shapes(identities))},
          {"online", device.online},
          {"last_seen", or_null(device.last_seen)},
          {"description", device.description},
          {"firmware", nullptr}};
}

}  // namespace signet::api
