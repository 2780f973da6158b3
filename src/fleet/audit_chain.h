// audit_chain.h -- each entry of the audit names the one before it: docs/formats/audit.md.
#pragma once

#include "crypto/hash_chain.h"
#include "fleet/model.h"

namespace signet::fleet {

// Of `entry` with its number, behind one whose hash is `former`; 32 zero bytes for the first.
inline crypto::Digest audit_hash(const crypto::Digest& former, const AuditEntry& entry) {
  const std::string number = std::to_string(entry.number), at = rfc3339(entry.at);
  std::vector<std::string_view> fields{
      number,      at, entry.actor, entry.action, entry.subject, entry.address, entry.allowed ? "allowed" : "refused",
      entry.detail};
  if (!entry.request.empty()) fields.push_back(entry.request);
  return crypto::chained(former, fields);
}

}  // namespace signet::fleet
