#include "net/http_reader.h"

// Any bytes, cut in two anywhere, are the same requests as in one piece, and never pass a limit. Whether a header that
// is not whole yet is refused now or when it is whole may differ: Beast does not look twice at what it has skipped.
namespace signet::net {
namespace {

std::string read_all(HttpReader& reader, Bytes bytes, std::size_t cut) {
  std::string seen;
  for (const Bytes part : {bytes.first(cut), bytes.subspan(cut)}) {
    reader.add(part);
    for (;;) {
      auto next = reader.next();
      if (std::holds_alternative<HttpReader::NeedMore>(next)) break;
      if (std::holds_alternative<HttpReader::Refused>(next)) return seen;
      const HttpRequest& request = std::get<HttpReader::Request>(next).request;
      ENSURE(request.body.size() <= 512 && request.path.starts_with('/'));
      seen += request.method + request.path + request.body + ";";
    }
  }
  return seen;
}

}  // namespace
}  // namespace signet::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::net;
  if (size < 1) return 0;
  const signet::Bytes bytes{data + 1, size - 1};
  const HttpLimits limits{.header_bytes_max = 1024, .body_bytes_max = 512};
  HttpReader whole{limits}, halved{limits};
  const std::string once = read_all(whole, bytes, bytes.size());
  ENSURE(once == read_all(halved, bytes, bytes.empty() ? 0 : data[0] % bytes.size()));
  return 0;
}
