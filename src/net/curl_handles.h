// curl_handles.h -- owners of libcurl's objects. Only net/http_client and net/http_poster include this.
#pragma once

#include "base/freed.h"

#include <curl/curl.h>

namespace signet::net {

using CurlPtr = std::unique_ptr<CURL, Freed<curl_easy_cleanup>>;
using CurlMultiPtr = std::unique_ptr<CURLM, Freed<curl_multi_cleanup>>;
using CurlUrlPtr = std::unique_ptr<CURLU, Freed<curl_url_cleanup>>;
using CurlListPtr = std::unique_ptr<curl_slist, Freed<curl_slist_free_all>>;

}  // namespace signet::net
