// signetd_store.h -- `signetd backup`, `restore` and `check`: what an operator does with the data folder.
#pragma once

#include "base/json.h"
#include "base/port/file.h"
#include "store/files/images.h"
#include "store/sqlite/backup.h"

#include <iostream>

namespace signet {

inline constexpr const char* database_name = "/signet.db";
inline constexpr const char* firmware_folder = "/firmware";
inline constexpr std::size_t small_file_bytes = 16u << 20;

// Beside the database: the manager's own keys and certificate, and who is banned. The ingest log is not among them:
// what it holds and the database does not is younger than the copy.
inline Status copy_small_files(const std::string& from, const std::string& to) {
  for (const auto& [name, mode] : {std::pair{"/ca.key", 0600u},
                                   {"/ca.pem", 0644u},
                                   {"/receipt.key", 0600u},
                                   {"/bans", 0600u},
                                   {"/ca-next.key", 0600u},
                                   {"/ca-next.pem", 0644u},
                                   {"/ca-next.sig", 0644u}}) {
    if (!file_exists(from + name)) continue;
    TRY(write_file_atomic(to + name, TRY(read_file(from + name, small_file_bytes)), mode));
  }
  return {};
}

// The database last: a folder without it is no data folder.
// Nor one in which another database's ingest log lies: its readings would be stored a second time.
inline Status copy_data_folder(const std::string& from, const std::string& to) {
  if (!file_exists(from + database_name))
    return Error{Errc::not_found, from + " is no data folder: it has no signet.db"};
  if (file_exists(to + database_name))
    return Error{Errc::conflict, to + " holds a signet.db already; name another folder"};
  if (file_exists(to + "/ingest")) return Error{Errc::conflict, to + " holds another manager's ingest/: move it away"};
  TRY(make_folder(to, 0700));
  TRY(copy_small_files(from, to));
  const store::ImageFolder images{from + firmware_folder};
  TRY(images.copy_to(to + firmware_folder));
  TRY(store::backup_sqlite(from + database_name, to + database_name));
  return images.copy_to(to + firmware_folder);  // what was uploaded meanwhile
}

// The images that the database names: each is there, and is what its name says.
inline Status check_images(const std::string& folder, store::CheckedStore& found) {
  if (!found.faults.empty()) return {};
  const store::ImageFolder images{folder + firmware_folder};
  const std::vector<fleet::KeptImage> kept = TRY(store::images_of(folder + database_name));
  for (const fleet::KeptImage& image : kept) {
    const Status good = images.check(image.sha256, image.size);
    if (good) continue;
    const std::string what = good.error().code == Errc::not_found ? "is missing" : "is damaged";
    found.faults.push_back("an image of " + image.firmware.str() + " " + image.version + " " + what + ": " +
                           images.path(image.sha256) + "; upload it again ('signet firmware upload')");
  }
  found.images = static_cast<std::int64_t>(kept.size());
  return {};
}

// `without_images`: those that are lost are told, and may be uploaded again.
inline Status check_data_folder(const std::string& folder, bool as_json, bool without_images = false) {
  store::CheckedStore found = TRY(store::check_sqlite(folder + database_name));
  const bool whole_database = found.faults.empty();
  TRY(check_images(folder, found));
  const bool whole = found.faults.empty();
  if (as_json) {
    std::cout << json::serialize(json::object{{"whole", whole},
                                              {"schema", found.schema},
                                              {"devices", found.devices},
                                              {"readings", found.readings},
                                              {"audit_entries", found.audit_entries},
                                              {"images", found.images},
                                              {"faults", json::value_from(found.faults)}})
              << std::endl;
  } else {
    for (const std::string& fault : found.faults) std::cout << "FAULT  " << fault << "\n";
    if (whole) {
      std::cout << "whole: " << found.devices << " devices, " << found.readings << " readings, " << found.audit_entries
                << " entries of the audit, " << found.images << " firmware images" << std::endl;
    }
  }
  if (whole || (without_images && whole_database)) return {};
  return Error{Errc::corrupt, folder + " is not whole; 'signetd restore' makes a folder from a backup"};
}

inline Status restore_data_folder(const std::string& backup, const std::string& folder) {
  TRY(check_data_folder(backup, false, true));
  return copy_data_folder(backup, folder);
}

}  // namespace signet
