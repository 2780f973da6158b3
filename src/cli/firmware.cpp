// Images as files: made, looked at, verified. No manager is asked.
#include "cli/firmware.h"

#include "base/port/file.h"
#include "image/adapters.h"
#include "image/archive.h"
#include "image/check.h"
#include "image/elf.h"

#include <filesystem>

namespace signet::cli {
namespace {

struct Payload {
  Buffer bytes;
  image::Kind kind = image::Kind::python;
  std::optional<Project> project{};
};

Status check_native(const Arguments& args, Bytes executable) {
  const image::Machine machine = args.machine.empty() ? image::this_machine() : TRY(image::parse_machine(args.machine));
  const auto checked = image::check_executable(executable, machine);
  if (checked) return {};
  Error error = checked.error();
  if (error.code == Errc::conflict && args.machine.empty())
    error.what += "; say --machine when the board is another one";
  return std::move(error).within(args.file);
}

Result<Payload> read_payload(const Arguments& args) {
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(args.file, ignored);
  if (args.kind.empty() && !is_folder)
    return Error{Errc::malformed, args.file + " is no folder: say --kind native or --kind os for a file"};
  Payload out;
  if (!args.kind.empty()) out.kind = TRY(image::parse_kind(args.kind));
  if (is_folder != (out.kind == image::Kind::python))
    return Error{Errc::malformed, "a Python project is a folder, anything else is a file"};
  if (is_folder) {
    out.project = TRY(read_project(args.file));
    out.bytes = std::exchange(out.project->payload, {});
  } else {
    out.bytes = TRY(read_file(args.file, image::payload_bytes_max));
  }
  if (!args.machine.empty() && out.kind != image::Kind::native)
    return Error{Errc::malformed, "--machine is for --kind native alone"};
  if (out.kind == image::Kind::native) TRY(check_native(args, out.bytes));
  return out;
}

Result<image::Facts> firmware_facts(const Arguments& args, image::Kind kind) {
  image::Facts facts{.version = TRY(image::parse_version(args.version)), .board = args.board, .kind = kind};
  if (args.count.value_or(0) > image::security_counter_max)
    return Error{Errc::too_large, "a security counter is at most 2097151: a chip counts no further"};
  facts.security_counter = static_cast<std::uint32_t>(args.count.value_or(0));
  if (args.os_version.empty() != (kind == image::Kind::os))
    return Error{Errc::malformed, "an application says --os-version, an OS does not"};
  if (kind != image::Kind::os) facts.os_version = TRY(image::parse_version(args.os_version));
  for (const auto& [part, version] : args.pairs) {
    if (part != "os" && part != "application") return Error{Errc::malformed, "--needs is for os or application"};
    const image::Part on = part == "os" ? image::Part::os : image::Part::application;
    const image::Version least = TRY(image::parse_version(version));
    facts.dependencies.push_back({on, least});
  }
  return facts;
}

json::object image_json(const image::Image& image) {
  const image::Facts& facts = image.facts;
  json::array dependencies;
  for (const image::Dependency& one : facts.dependencies) {
    dependencies.push_back(json::object{{"part", one.part == image::Part::os ? "os" : "application"},
                                        {"version", image::text_of(one.version)}});
  }
  const auto text_or_null = [](bool has, const auto& text) { return has ? json::value(text()) : json::value(); };
  json::object out{{"version", image::text_of(facts.version)}};
  out["board"] = text_or_null(!facts.board.empty(), [&] { return facts.board; });
  out["kind"] = text_or_null(facts.kind.has_value(), [&] { return std::string{image::name_of(*facts.kind)}; });
  out["os_version"] = text_or_null(facts.os_version.has_value(), [&] { return image::text_of(*facts.os_version); });
  out["security_counter"] = facts.security_counter ? json::value(*facts.security_counter) : json::value();
  out["needs"] = std::move(dependencies);
  out["introduces"] =
      text_or_null(facts.introduces.has_value(), [&] { return hex(image::key_hash_of(*facts.introduces)); });
  out["retires"] = text_or_null(facts.retires.has_value(), [&] { return hex(*facts.retires); });
  out["signed_by"] = text_or_null(image.key_hash.has_value(), [&] { return hex(*image.key_hash); });
  out["digest"] = hex(image.digest);
  out["payload_bytes"] = image.payload.size();
  return out;
}

// The files of a Python project; none for anything else.
Result<json::array> project_files(const image::Image& image) {
  json::array out;
  if (image.facts.kind != image::Kind::python) return out;
  const std::vector<image::File> files = TRY(image::decode_archive(image.payload));
  for (const image::File& file : files) {
    out.push_back(json::object{{"name", file.name}, {"bytes", file.content.size()}});
  }
  return out;
}

Status check_on_board(Bytes image, const Arguments& args) {
  image::MemorySource source{image};
  image::Layout layout;
  image::Fault fault = image::read_layout(source, static_cast<std::uint32_t>(image.size()), layout);
  const auto least = static_cast<std::uint32_t>(args.count.value_or(0));
  if (fault == image::Fault::none) fault = image::check_board(layout, image::part_of(layout.kind), {args.board, least});
  if (fault != image::Fault::none) return image::error_of(fault);
  return {};
}

void show_facts(Session& session, const json::object& facts) {
  if (session.args.as_json) return print_json(session.env.out, facts);
  std::vector<Row> rows;
  for (const auto& [name, value] : facts) {
    if (!value.is_array()) {
      rows.push_back({std::string{name}, cell(facts, name)});
      continue;
    }
    for (const json::value& one : value.as_array()) {
      std::string line;
      for (const auto& member : one.as_object())
        line += (line.empty() ? "" : " ") + cell(one.as_object(), member.key());
      rows.push_back({std::string{name}, line});
    }
  }
  print_table(session.env.out, {"Field", "Value"}, rows);
}

}  // namespace

Result<Buffer> read_image(const std::string& path) { return read_file(path, image::image_bytes_max); }

Status run_firmware_build(Session& session) {
  const Payload payload = TRY(read_payload(session.args));
  const image::Facts facts = TRY(firmware_facts(session.args, payload.kind));
  const Buffer bytes = TRY(image::encode(facts, payload.bytes));
  TRY(write_file_atomic(session.args.out_file, bytes, 0644));
  const image::Image image = TRY(image::decode(bytes));
  json::object out = image_json(image);
  if (payload.project) {
    out["files"] = payload.project->files;
    json::array left_out;
    for (const std::string& name : payload.project->left_out) left_out.push_back(json::object{{"name", name}});
    out["left_out"] = std::move(left_out);
  }
  show_facts(session, out);
  if (!session.args.as_json) session.env.out << "Not signed yet. Next: signet firmware sign\n";
  return {};
}

Status run_firmware_inspect(Session& session) {
  const Buffer bytes = TRY(read_image(session.args.file));
  const image::Image image = TRY(image::decode(bytes));
  json::object out = image_json(image);
  out["files"] = TRY(project_files(image));
  show_facts(session, out);
  return {};
}

Status run_firmware_verify(Session& session) {
  const Buffer bytes = TRY(read_image(session.args.file));
  std::vector<crypto::PublicKey> keys;
  for (const std::string& file : session.args.keys) keys.push_back(TRY(read_public_key(file)));
  TRY(image::verify(bytes, keys));
  if (!session.args.board.empty()) TRY(check_on_board(bytes, session.args));
  const image::Image image = TRY(image::decode(bytes));
  if (session.args.as_json) return print_json(session.env.out, image_json(image)), Status{};
  session.env.out << "good: version " << image::text_of(image.facts.version) << ", signed by " << hex(*image.key_hash)
                  << '\n';
  return {};
}

}  // namespace signet::cli
