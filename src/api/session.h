// session.h -- private to api/: a browser's sign-in. Its token is a cookie that no script can read:
//
//   __Host-signet=TOKEN; Path=/; Secure; HttpOnly; SameSite=Strict
//
// A browser sends it along whichever page asks, so a request with the cookie, and no token in a header, is judged: it
// comes from our own page (Sec-Fetch-Site, or Origin from a browser without it), and what changes anything also has
// csrf_header with csrf_of(token), which only a page that may read our answers knows. A token in a header is sent by
// nobody unasked, and is not judged.
#pragma once

#include "api/routes.h"

namespace signet::api {

inline constexpr std::string_view session_cookie = "__Host-signet";
inline constexpr const char* csrf_header = "x-signet-csrf";

std::string csrf_of(std::string_view token);
std::string header_token(const net::HttpRequest& request);  // X-API-KEY, or Authorization: Bearer
std::string cookie_token(const net::HttpRequest& request);  // empty: no cookie of that name, or more than one

// forbidden, and why, unless the request comes from a page of ours. Reading, the address bar will do too.
Status check_own_page(const net::HttpRequest& request);

// Whoever asks, by header or by cookie. What goes on by itself (an event stream) is no use of a browser's session.
Result<fleet::Actor> identify(Service& service, Call& call, bool is_use);

// Whether the sign-in in `call` asks for a cookie; forbidden when it does so from elsewhere.
Result<bool> wants_cookie(Service& service, const Call& call);
// The answer to a sign-in. A session that the browser had before ends.
Result<net::HttpResponse> begin_session(Service& service, const Call& call, const fleet::SignedIn& in, bool as_cookie);
void forget_cookie(net::HttpResponse& answer);

}  // namespace signet::api
