// Firmware, its versions, and their images.
#include "fleet/firmware.h"
#include "api/errors.h"
#include "api/page.h"
#include "api/routes.h"
#include "api/shapes.h"
#include "base/log.h"

namespace signet::api {
namespace {

json::object image_shape(const fleet::FirmwareImage& image) {
  return {{"part", image.part == 0 ? "os" : "application"},
          {"kind", image.kind},
          {"version", image.version},
          {"board", image.board},
          {"os_version", image.os_version.empty() ? json::value(nullptr) : json::value(image.os_version)},
          {"security_counter", image.security_counter},
          {"signed_by", hex(image.key_hash)},
          {"size", image.size},
          {"sha256", hex(image.sha256)},
          {"uploaded_at", rfc3339(image.uploaded_at)}};
}

json::object firmware_shape(const fleet::Firmware& one) {
  return {{"id", one.id.str()},
          {"name", one.name},
          {"workspace_id", one.workspace.str()},
          {"description", one.description},
          {"created_at", rfc3339(one.created_at)}};
}

json::object version_shape(const fleet::FirmwareVersion& one) {
  json::array size, images;
  for (const fleet::FirmwareImage& image : one.images) {
    size.emplace_back(image.size);
    images.push_back(image_shape(image));
  }
  return {{"firmware_id", one.firmware.str()},
          {"version", one.version},
          {"size", std::move(size)},
          {"created_at", rfc3339(one.created_at)},
          {"images", std::move(images)}};
}

Result<fleet::FirmwareId> firmware_of(const Call& call) { return fleet::FirmwareId::parse(call.segment("fmw")); }

Result<net::HttpResponse> list_firmwares(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  std::vector<Listed> all;
  for (const fleet::Firmware& one : TRY(fleet::Firmwares{service.fleet}.list(call.actor, workspace))) {
    all.push_back({one.id.str(), firmware_shape(one)});
  }
  return reply_page(call, "firmwares", std::move(all));
}

Result<net::HttpResponse> create_firmware(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::Firmware made =
      TRY(fleet::Firmwares{service.fleet}.create(call.actor, workspace, call.text("name"), call.text("description")));
  return reply({{"firmware", firmware_shape(made)}});
}

Result<net::HttpResponse> get_firmware(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::FirmwareId id = TRY(firmware_of(call));
  const fleet::Firmware one = TRY(fleet::Firmwares{service.fleet}.get(call.actor, workspace, id));
  return reply({{"firmware", firmware_shape(one)}});
}

Result<net::HttpResponse> update_firmware(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::FirmwareId id = TRY(firmware_of(call));
  const fleet::Firmware one = TRY(fleet::Firmwares{service.fleet}.update(call.actor, workspace, id, call.renaming()));
  return reply({{"firmware", firmware_shape(one)}});
}

Result<net::HttpResponse> remove_firmware(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::FirmwareId id = TRY(firmware_of(call));
  TRY(fleet::Firmwares{service.fleet}.remove(call.actor, workspace, id));
  return reply({});
}

Result<net::HttpResponse> list_firmware_versions(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::FirmwareId id = TRY(firmware_of(call));
  std::vector<Listed> all;
  for (const fleet::FirmwareVersion& one : TRY(fleet::Firmwares{service.fleet}.versions(call.actor, workspace, id))) {
    all.push_back({key_of(one.created_at, one.version), version_shape(one)});
  }
  return reply_page(call, "versions", std::move(all));
}

Result<net::HttpResponse> get_firmware_version(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::FirmwareId id = TRY(firmware_of(call));
  const fleet::FirmwareVersion one =
      TRY(fleet::Firmwares{service.fleet}.version(call.actor, workspace, id, call.segment("ver")));
  return reply({{"version", version_shape(one)}});
}

struct Upload {
  fleet::Actor actor;
  WorkspaceId workspace;
  fleet::FirmwareId firmware;
  std::string version;
  std::shared_ptr<const net::HttpRequest> request;
  std::shared_ptr<const int> held;  // of Service::uploads
};

net::HttpResponse refused(const net::HttpRequest& request, const Error& error) {
  if (log_level_of(error.code) == LogLevel::error) {
    log_error("api.failed", {{"path", request.path}, {"error", error.what}, {"request", request.id}});
  }
  return refusal(error, request.id);
}

net::HttpResponse record_upload(fleet::Fleet& to, const Upload& upload, const fleet::FirmwareImage& image) {
  const Result<fleet::FirmwareVersion> made =
      fleet::Firmwares{to}.finish_upload(upload.actor, upload.workspace, upload.firmware, upload.version, image);
  return made ? reply({{"version", version_shape(made.value())}}) : refused(*upload.request, made.error());
}

// Judged here, digested and written to disk where it holds nobody up, recorded
// here again.
Result<net::HttpResponse> upload_firmware_image(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::FirmwareId firmware = TRY(firmware_of(call));
  const Upload asked{call.actor, workspace, firmware, std::string{call.segment("ver")}, call.whole, service.uploads};
  fleet::ImageFiles* const files = TRY(fleet::Firmwares{service.fleet}.begin_upload(
      asked.actor, asked.workspace, asked.firmware, asked.version, call.request.body.size()));
  if (static_cast<std::size_t>(service.uploads.use_count()) > 1 + uploads_at_once_max) {
    return Error{Errc::exhausted, "too many images are being uploaded: try again in a moment"};
  }
  net::HttpResponse out;
  out.later = [&to = service.fleet, files, upload = std::make_shared<const Upload>(asked)] {
    const Result<fleet::FirmwareImage> image = fleet::keep_image(*files, bytes_of(upload->request->body));
    if (!image) return refused(*upload->request, image.error());
    net::HttpResponse kept;
    kept.then = [&to, upload, image = image.value()] { return record_upload(to, *upload, image); };
    return kept;
  };
  return out;
}

Result<net::HttpResponse> remove_firmware_version(Service& service, const Call& call) {
  const WorkspaceId workspace = TRY(call.workspace());
  const fleet::FirmwareId id = TRY(firmware_of(call));
  TRY(fleet::Firmwares{service.fleet}.remove_version(call.actor, workspace, id, call.segment("ver")));
  return reply({});
}

void add_firmware_versions(std::vector<Route>& to) {
  constexpr const char* all = "/v3/workspaces/{wks}/firmwares/{fmw}/versions";
  constexpr const char* one = "/v3/workspaces/{wks}/firmwares/{fmw}/versions/{ver}";
  const std::vector<Value> answer{{"version", "FirmwareVersion"}};
  to.push_back({"GET",
                all,
                Access::token,
                "Its versions, the oldest first",
                list_firmware_versions,
                with_page(),
                {},
                paged({"versions", "FirmwareVersion[]"})});
  to.push_back({"GET", one, Access::token, "One version", get_firmware_version, {}, {}, answer});
  Route upload{"POST",
               one,
               Access::token,
               "Upload one image of a version: the body is the signed image "
               "file; which part it is, it says itself",
               upload_firmware_image,
               {},
               {},
               answer};
  upload.body_max = image_body_bytes_max, upload.body_type = "application/octet-stream", upload.is_promised = true;
  to.push_back(upload);
  to.push_back(
      {"DELETE", one, Access::token, "Remove a version that no device is being updated to", remove_firmware_version});
}

}  // namespace

std::vector<Schema> with_firmware(std::vector<Schema> all) {
  all.insert(all.end(), {{"Firmware",
                          {{"id", "string"},
                           {"name", "string"},
                           {"workspace_id", "string"},
                           {"description", "string"},
                           {"created_at", "time"}}},
                         {"FirmwareVersion",
                          {{"firmware_id", "string"},
                           {"version", "string"},
                           {"size", "integer[]", "of each image"},
                           {"created_at", "time"},
                           {"images", "FirmwareImage[]", "OS, application, or one of them: the other is not updated"}}},
                         {"FirmwareImage",
                          {{"part", "string", "os or application"},
                           {"kind", "string", "os, python or native; this and what follows are its own words"},
                           {"version", "string"},
                           {"board", "string", "which it is for"},
                           {"os_version", "string?", "of an application: the OS that it was made for"},
                           {"security_counter", "integer"},
                           {"signed_by", "string", "SHA-256 of the release key's SubjectPublicKeyInfo, hex"},
                           {"size", "integer", "bytes of the file"},
                           {"sha256", "string", "of the file, hex"},
                           {"uploaded_at", "time"}}}});
  return all;
}

void add_firmware(std::vector<Route>& to) {
  constexpr const char* all = "/v3/workspaces/{wks}/firmwares";
  constexpr const char* one = "/v3/workspaces/{wks}/firmwares/{fmw}";
  const std::vector<Value> answer{{"firmware", "Firmware"}};
  to.push_back({"GET",
                all,
                Access::token,
                "Firmware of a workspace",
                list_firmwares,
                with_page(),
                {},
                paged({"firmwares", "Firmware[]"})});
  to.push_back({"POST",
                all,
                Access::token,
                "Make one, for versions to hang on",
                create_firmware,
                {},
                {{"name", "string", "1 to 128 bytes"}, {"description", "string?", "up to 1024 bytes"}},
                answer});
  to.push_back({"GET", one, Access::token, "One firmware", get_firmware, {}, {}, answer});
  to.push_back({"PUT",
                one,
                Access::token,
                "Rename or describe it",
                update_firmware,
                {},
                {{"name", "string?", "1 to 128 bytes; it stays when absent"},
                 {"description", "string?", "up to 1024 bytes; it stays when absent"}},
                answer});
  to.push_back(
      {"DELETE", one, Access::token, "Remove it with its versions, unless a device is being updated", remove_firmware});
  add_firmware_versions(to);
}

}  // namespace signet::api
