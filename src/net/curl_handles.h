// curl_handles.h -- owners of libcurl's objects, and what is asked of them. Only net/http_client and net/http_poster
// include this.
#pragma once

#include "base/freed.h"

#include <curl/curl.h>
#include <string>
#include <string_view>

namespace signet::net {

using CurlPtr = std::unique_ptr<CURL, Freed<curl_easy_cleanup>>;
using CurlMultiPtr = std::unique_ptr<CURLM, Freed<curl_multi_cleanup>>;
using CurlUrlPtr = std::unique_ptr<CURLU, Freed<curl_url_cleanup>>;
using CurlListPtr = std::unique_ptr<curl_slist, Freed<curl_slist_free_all>>;

// Empty when the URL has no such part.
inline std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string out{text};
  curl_free(text);
  return out;
}

// What may stand in a header: no line begins or ends in it.
inline bool is_plain_line(std::string_view text) {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) == text.npos;
}

}  // namespace signet::net
