// Firmware at the manager: made, listed, uploaded, removed.
#include "cli/firmware.h"

#include "base/ids.h"

namespace signet::cli {
namespace {

Result<std::string> firmware_path(Session& session) {
  const std::string id = TRY(firmware_id(session, session.args.name));
  return TRY(workspace_path(session)) + "/firmwares/" + id;
}

Status show_version(Session& session, const json::object& answer) {
  if (session.args.as_json) return print_json(session.env.out, answer), Status{};
  const json::object version = TRY(object_member(answer, "version"));
  std::vector<Row> rows;
  for (const json::object& image : TRY(objects(version, "images"))) {
    rows.push_back({cell(version, "version"), cell(image, "part"), cell(image, "kind"), cell(image, "version"),
                    cell(image, "board"), cell(image, "size"), cell(image, "sha256")});
  }
  print_table(session.env.out, {"Version", "Part", "Kind", "Its version", "Board", "Bytes", "SHA-256"}, rows);
  return {};
}

}  // namespace

Result<std::string> firmware_id(Session& session, const std::string& name) {
  if (is_id(name, "fmw-")) return name;
  const std::string path = TRY(workspace_path(session)) + "/firmwares";
  const json::object answer = TRY(ask_all(session, path, "firmwares"));
  const std::vector<json::object> all = TRY(objects(answer, "firmwares"));
  return pick(all, name, "firmware");
}

Status run_firmware_create(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/firmwares";
  const json::object order{{"name", session.args.name}, {"description", session.args.description}};
  const json::object answer = TRY(ask(session, "POST", path, order));
  const json::object made = TRY(object_member(answer, "firmware"));
  return say(session, answer, cell(made, "id") + "  " + cell(made, "name"));
}

Status run_firmware_ls(Session& session) {
  const std::string path = TRY(workspace_path(session)) + "/firmwares";
  return show_list(session, TRY(ask_all(session, path, "firmwares")), "firmwares",
                   {"Firmware", "Name", "Description", "Created"}, {"id", "name", "description", "created_at"});
}

Status run_firmware_update(Session& session) {
  const json::object body = TRY(renaming_of(session.args));
  const std::string path = TRY(firmware_path(session));
  const json::object answer = TRY(ask(session, "PUT", path, body));
  const json::object changed = TRY(object_member(answer, "firmware"));
  return say(session, answer, cell(changed, "id") + "  " + cell(changed, "name"));
}

Status run_firmware_show(Session& session) {
  const std::string path = TRY(firmware_path(session)) + "/versions";
  const json::object answer = TRY(ask_all(session, path, "versions"));
  if (session.args.as_json) return print_json(session.env.out, answer), Status{};
  std::vector<Row> rows;
  for (const json::object& version : TRY(objects(answer, "versions"))) {
    for (const json::object& image : TRY(objects(version, "images"))) {
      rows.push_back({cell(version, "version"), cell(version, "created_at"), cell(image, "part"), cell(image, "kind"),
                      cell(image, "version"), cell(image, "board"), cell(image, "size")});
    }
  }
  print_table(session.env.out, {"Version", "Created", "Part", "Kind", "Its version", "Board", "Bytes"}, rows);
  return {};
}

// What is no image is found before anything is sent.
Status run_firmware_upload(Session& session) {
  const std::string path = TRY(firmware_path(session)) + "/versions/" + percent_encode(session.args.version);
  std::vector<Buffer> images;
  for (const std::string& file : session.args.words) {
    images.push_back(TRY(read_image(file)));
    const Result<image::Image> image = image::decode(images.back());
    if (!image) return Error{image.error()}.within(file);
  }
  json::object answer;
  for (const Buffer& image : images) answer = TRY(ask_with_file(session, "POST", path, image));
  return show_version(session, answer);
}

Status run_firmware_rm(Session& session) {
  std::string path = TRY(firmware_path(session));
  const std::string& version = session.args.version;
  if (!version.empty()) path += "/versions/" + percent_encode(version);
  TRY(confirm_first(session, version.empty() ? "Remove the firmware with all its versions?" : "Remove the version?"));
  const json::object answer = TRY(ask(session, "DELETE", path));
  return say(session, answer, "Removed");
}

}  // namespace signet::cli
