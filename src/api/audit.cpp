#include "api/routes.h"
#include "api/shapes.h"

#include <algorithm>

namespace signet::api {
namespace {

// The number of the newest entry. Entries are numbered 1, 2, 3, ..., so asking whether one follows a number is enough:
// gallop up, then halve.
Result<std::int64_t> newest(Service& service, const fleet::Actor& actor) {
  const auto follows = [&](std::int64_t number) -> Result<bool> {
    return !TRY(service.fleet.audit(actor, number, 1)).empty();
  };
  std::int64_t above = 1;  // in the end, nothing follows `above`, and something follows all below `sure`
  while (TRY(follows(above))) above *= 2;
  std::int64_t sure = above / 2;
  while (sure < above) {
    const std::int64_t middle = sure + (above - sure) / 2;
    if (TRY(follows(middle)))
      sure = middle + 1;
    else
      above = middle;
  }
  return above;
}

}  // namespace

Result<net::HttpResponse> get_audit(Service& service, const Call& call) {
  const std::size_t size = TRY(call.query_number("size", 100));
  const std::size_t after = TRY(call.query_number("after", 0));
  if (after > static_cast<std::size_t>(INT64_MAX)) return Error{Errc::too_large, "query \"after\" is out of range"};
  auto from = static_cast<std::int64_t>(after);
  if (!call.query("after")) {
    const std::int64_t last = TRY(newest(service, call.actor));
    from = std::max<std::int64_t>(0, last - static_cast<std::int64_t>(std::min(size, fleet::audit_page_max)));
  }
  return reply({{"audit", shapes(TRY(service.fleet.audit(call.actor, from, size)))}});
}

}  // namespace signet::api
