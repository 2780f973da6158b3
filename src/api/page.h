// page.h -- private to api/: lists in pages. What comes or goes while somebody turns them moves nothing.
//
//   GET /v3/workspaces/wks-.../devices?size=2            {"devices": [...], "next": "ZGV2LTAwMDAw"}
//   GET /v3/workspaces/wks-.../devices?size=2&cursor=ZGV2LTAwMDAw
//
// A cursor is where its page ended, and no right to anything.
#pragma once

#include "api/routes.h"

namespace signet::api {

inline constexpr std::size_t list_page_max = 1000;  // and what comes when nobody asks for less
inline constexpr std::size_t cursor_bytes_max = 256;

// "cursor" and "size", behind what else the query takes; and the "next" of the answer.
std::vector<Value> with_page(std::vector<Value> others = {},
                             std::string_view sizes = "of a page, 1 to 1000, which is the default");
std::vector<Value> paged(Value list);

struct PageAsked {
  std::string after;  // key of the last that is known; "": from the beginning
  std::size_t size = list_page_max;
};
Result<PageAsked> page_asked(const Call& call, std::size_t size_max = list_page_max);
std::string cursor_of(std::string_view key);

// One of a list. Keys rise along it, and none is that of two.
struct Listed {
  std::string key;
  json::object shown;
};
// What comes first counts most; ids rise with their creation.
std::string key_of(Timestamp at, const std::string& id);

// One page of `all`.
Result<net::HttpResponse> reply_page(const Call& call, std::string_view list, std::vector<Listed> all);

}  // namespace signet::api
