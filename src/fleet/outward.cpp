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
}

void write_event(std::string& out, const Outward& line) {
  text(out, "ts", rfc3339(line.at));
  text(out, "type", line.label);
  text(out, "direction", line.to_device ? "c2d" : "d2c");
}

// One row a kind of what goes out.
struct Shape {
  OutwardKind kind;
  std::string_view name;
  void (*write)(std::string&, const Outward&);
};
constexpr std::array shapes{Shape{OutwardKind::data, "data", write_reading},
                            Shape{OutwardKind::event, "event", write_event}};

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

std::string write_line(const WorkspaceId& workspace, std::string_view id, const Outward& line) {
  std::string out = "{";
  text(out, "id", id);
  text(out, "workspace_id", workspace.str());
  text(out, "fleet_id", line.fleet.str());
  text(out, "device_id", line.device.str());
  shape_of(line.kind).write(out, line);
  member(out, "payload", line.payload);
  return out + "}";
}

std::string write_batch(const WorkspaceId& workspace, std::string_view batch_id, std::int64_t after,
                        const std::vector<Outward>& lines) {
  std::string out = "{";
  text(out, "batch_id", batch_id);
  out += ",\"result\":[";
  for (const Outward& line : lines) {
    if (&line != &lines.front()) out += ',';
    out += write_line(workspace, std::to_string(line.number - after - 1), line);
  }
  return out + "]}";
}

}  // namespace signet::fleet
