// What goes out as JSON, in the documented shapes.
#include "fleet/outward.h"

#include "base/json.h"
#include "fleet/integration.h"

#include <array>

namespace signet::fleet {
namespace {

// By hand, as payloads are JSON already and there may be many.
void member(std::string& out, std::string_view name, std::string_view json) {
  out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":").append(json);
}
void text(std::string& out, std::string_view name, std::string_view value) {
  member(out, name, json::serialize(json::string_view{value.data(), value.size()}));
}

void write_reading(std::string& out, const Outward& line) {
  text(out, "device_name", line.device_name);
  text(out, "timestamp_device", rfc3339(line.at));
  text(out, "timestamp_in", rfc3339(line.received_at));
  text(out, "tag", line.label);
  member(out, "payload", line.payload);
}

void write_event(std::string& out, const Outward& line) {
  text(out, "ts", rfc3339(line.at));
  text(out, "type", line.label);
  text(out, "direction", line.to_device ? "c2d" : "d2c");
  member(out, "payload", line.payload);
}

void write_condition_line(std::string& out, const Outward& line) {
  text(out, "device_name", line.device_name);
  text(out, "tag", line.label);
  const std::string_view own = line.payload;
  if (own.size() > 2) out.append(",").append(own.substr(1, own.size() - 2));
}

// One row a kind of what goes out.
struct Shape {
  OutwardKind kind;
  std::string_view name;
  bool is_bare;  // the documented body is an array by itself, and its lines have no "id": they are told apart by uuid
  void (*write)(std::string&, const Outward&);
};
constexpr std::array shapes{Shape{OutwardKind::data, "data", false, write_reading},
                            Shape{OutwardKind::event, "event", false, write_event},
                            Shape{OutwardKind::condition, "condition", true, write_condition_line}};

const Shape& shape_of(OutwardKind kind) { return shapes.at(static_cast<std::size_t>(kind)); }

}  // namespace

std::string_view name_of(OutwardKind kind) { return shape_of(kind).name; }

Result<OutwardKind> outward_kind(std::string_view name) {
  std::string names;
  for (const Shape& shape : shapes) {
    if (shape.name == name) return shape.kind;
    names.append(names.empty() ? "" : ", ").append(shape.name);
  }
  return Error{Errc::malformed, "that is none of " + names};
}

std::string write_condition(const Condition& condition) {
  std::string out = "{";
  text(out, "uuid", condition.uuid);
  member(out, "payload", condition.payload);
  member(out, "payloadf", condition.payloadf);
  text(out, "start", rfc3339(condition.start));
  if (!condition.finish) return out + R"(,"finish":null,"duration":null})";
  text(out, "finish", rfc3339(*condition.finish));
  const auto lasted = std::chrono::floor<Seconds>(*condition.finish - condition.start);
  member(out, "duration", std::to_string(lasted.count()));
  return out + "}";
}

std::string write_line(const WorkspaceId& workspace, std::string_view id, const Outward& line) {
  const Shape& shape = shape_of(line.kind);
  std::string out = "{";
  if (!shape.is_bare) text(out, "id", id);
  text(out, "workspace_id", workspace.str());
  text(out, "fleet_id", line.fleet.str());
  text(out, "device_id", line.device.str());
  shape.write(out, line);
  return out + "}";
}

std::string write_batch(const WorkspaceId& workspace, std::string_view batch_id, std::int64_t after,
                        const std::vector<Outward>& lines) {
  const bool is_bare = !lines.empty() && shape_of(lines.front().kind).is_bare;
  std::string out = "{";
  text(out, "batch_id", batch_id);
  out += ",\"result\":[";
  if (is_bare) out = "[";
  for (const Outward& line : lines) {
    if (&line != &lines.front()) out += ',';
    out += write_line(workspace, std::to_string(line.number - after - 1), line);
  }
  return out + (is_bare ? "]" : "]}");
}

}  // namespace signet::fleet
