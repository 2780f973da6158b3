#include "api/page.h"

#include <algorithm>

namespace signet::api {
namespace {

constexpr int time_digits = 20;

}  // namespace

std::vector<Value> with_page(std::vector<Value> others, std::string_view sizes) {
  others.push_back({"cursor", "string?", "\"next\" of the page before"});
  others.push_back({"size", "integer?", sizes});
  return others;
}

std::vector<Value> paged(Value list) {
  return {list, {"next", "string?", "the cursor of the next page; null: this is the last"}};
}

Result<PageAsked> page_asked(const Call& call, std::size_t size_max) {
  PageAsked out;
  out.size = TRY(call.query_number("size", size_max));
  if (out.size == 0) return Error{Errc::malformed, "query \"size\" is 1 at least"};
  if (out.size > size_max) {
    return Error{Errc::too_large, "query \"size\" is at most " + std::to_string(size_max) + ": ask page by page"};
  }
  const std::optional<std::string> cursor = call.query("cursor");
  if (!cursor) return out;
  const Error wrong{Errc::malformed, "query \"cursor\" is not the \"next\" of a page"};
  if (cursor->empty() || cursor->size() > cursor_bytes_max) return wrong;
  const Result<Buffer> key = decode_base64url(*cursor);
  if (!key || !is_utf8(text_of(key.value()))) return wrong;
  out.after = text_of(key.value());
  return out;
}

std::string cursor_of(std::string_view key) { return base64url(bytes_of(key)); }

std::string key_of(Timestamp at, const std::string& id) {
  std::string micros = std::to_string(std::max<std::int64_t>(0, epoch_micros(at)));
  return std::string(time_digits - std::min<std::size_t>(time_digits, micros.size()), '0') + micros + id;
}

Result<net::HttpResponse> reply_page(const Call& call, std::string_view list, std::vector<Listed> all) {
  const PageAsked asked = TRY(page_asked(call));
  std::stable_sort(all.begin(), all.end(), [](const Listed& a, const Listed& b) { return a.key < b.key; });
  auto at = std::upper_bound(all.begin(), all.end(), asked.after,
                             [](const std::string& after, const Listed& one) { return after < one.key; });
  json::array items;
  for (; at != all.end() && items.size() < asked.size; ++at) items.push_back(std::move(at->shown));
  json::value next = nullptr;
  if (at != all.end()) next = cursor_of(std::prev(at)->key);
  return reply({{list, std::move(items)}, {"next", std::move(next)}});
}

}  // namespace signet::api
