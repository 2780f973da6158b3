#include "factory/ledger.h"

#include "base/json.h"
#include "base/port/file.h"

namespace signet::factory {
namespace {

constexpr std::size_t entry_bytes_max = 16 * 1024;

std::string encode(const Issued& issued) {
  return json::serialize(json::object{{"unique_id", issued.unique_id},
                                      {"batch", issued.batch},
                                      {"at", rfc3339(issued.at)},
                                      {"certificate", base64(issued.certificate.der)}}) +
         "\n";
}

Result<Issued> decode(std::string_view text) {
  const json::object entry = TRY(parse_json_object(text));
  Issued out;
  out.unique_id = TRY(string_member(entry, "unique_id"));
  out.batch = TRY(string_member(entry, "batch"));
  out.at = TRY(parse_rfc3339(TRY(string_member(entry, "at"))));
  out.certificate = TRY(identity::parse_certificate(TRY(decode_base64(TRY(string_member(entry, "certificate"))))));
  return out;
}

}  // namespace

Result<Ledger> Ledger::open(const std::string& foundry_folder) {
  const std::string folder = foundry_folder + "/issued";
  TRY(make_folder(folder, 0700));
  return Ledger{folder};
}

Result<std::optional<Issued>> Ledger::find(const std::string& unique_id) const {
  const std::string path = path_of(unique_id);
  const auto text = read_file(path, entry_bytes_max);
  if (!text && text.error().code == Errc::not_found) return std::optional<Issued>{};
  if (!text) return text.error();
  auto entry = decode(text_of(text.value()));
  if (!entry || entry.value().unique_id != unique_id) {
    return Error{Errc::corrupt, path + " is damaged: bring it back from a copy before this unit is made"};
  }
  return std::optional{std::move(entry).value()};
}

Status Ledger::record(const Issued& issued) const {
  const Status made = create_file_atomic(path_of(issued.unique_id), bytes_of(encode(issued)), 0600);
  if (made || made.error().code != Errc::conflict) return made;
  const auto present = TRY(find(issued.unique_id));
  if (present && present->certificate.der == issued.certificate.der) return {};
  return present ? certified_before(*present) : made.error();
}

Error certified_before(const Issued& issued) {
  return Error{Errc::conflict, "this element holds another key than its serial number was certified with: " +
                                   issued.unique_id + " got its certificate on " + rfc3339(issued.at).substr(0, 10) +
                                   " (batch " + issued.batch + "), so this is a copy, or a part that was set back"};
}

}  // namespace signet::factory
