#include "identity/successor.h"

#include <cstdlib>

namespace {

using namespace signet;
using namespace signet::identity;

}  // namespace

// Any text as what a manager says of its next CA: refused, or the same when it is written again; and nobody's word.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  (void)certificate_texts(text);
  const auto object = parse_json_object(text);
  if (!object) return 0;
  const auto read = read_successor(object.value());
  if (!read) return 0;
  const auto again = read_successor(write_successor(read.value()));
  if (!again || again.value().ca.der != read.value().ca.der) std::abort();
  if (check_successor(read.value().ca, read.value())) std::abort();
  return 0;
}
