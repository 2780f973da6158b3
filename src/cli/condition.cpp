#include "cli/session.h"

namespace signet::cli {

Status run_condition_ls(Session& session) {
  const Arguments& args = session.args;
  std::string path = TRY(workspace_path(session)) + "/conditions?size=" + std::to_string(args.count.value_or(100));
  if (!args.device.empty()) path += "&device=" + TRY(device_id(session, args.device));
  if (!args.status.empty()) path += "&status=" + percent_encode(args.status);
  if (!args.tags.empty()) path += "&tag=" + percent_encode(args.tags.front());
  if (args.timeout) path += "&threshold=" + std::to_string(*args.timeout);
  return show_list(session, TRY(ask(session, "GET", path)), "conditions",
                   {"Number", "Device", "Tag", "Started", "Ended", "Seconds", "Payload"},
                   {"number", "device_name", "tag", "start", "finish", "duration", "payload"});
}

}  // namespace signet::cli
