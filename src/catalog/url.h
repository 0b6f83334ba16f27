// Which URLs a file may be downloaded from.
#pragma once

#include <string>

#include "base/result.h"

namespace edgevlm {

// Rejects http for hosts other than this machine unless `allow_http` is set, and always after
// https, so that a redirect (from the URL `previous`, or "") cannot downgrade it. Rejects URLs with
// a user name and other schemes. Errors: kInvalid (names the URL), kIo (no libcurl).
MaybeError CheckUrl(const std::string& url, const std::string& previous, bool allow_http);

// localhost, 127.x.x.x, ::1. False for what is not a URL.
bool IsLoopback(const std::string& url);

// The host, for messages; the whole text if it is not a URL.
std::string HostOf(const std::string& url);

}  // namespace edgevlm
