// errors.h -- what a peer is told of an Error: one status and one sentence for each Errc.
#pragma once

#include "net/http_server.h"

namespace signet::api {

int http_status(Errc code);
// {"error": {"code","message","detail","request_id"}, ...}. Who is refused gets a fixed sentence, and so does who meets
// our own damage; for a mistake in the request the detail is the Error's own.
net::HttpResponse refusal(const Error& error, std::string_view request_id = "");
net::HttpResponse refusal(int status, std::string_view code, std::string_view title, std::string_view message,
                          std::string_view request_id = "");

}  // namespace signet::api
