// Which addresses may be asked for a file.
#pragma once

#include <string>

#include "base/result.h"

namespace edgevlm {

// http is refused for hosts other than this machine unless `allow_http`, and always after https:
// a redirect (from the address `previous`, or "") must not take the encryption away. Addresses with
// a user name or of other schemes are refused. Errors: kInvalid (the message names the
// address), kIo (no libcurl).
MaybeError CheckUrl(const std::string& url, const std::string& previous, bool allow_http);

// localhost, 127.x.x.x, ::1. False for what is not an address.
bool IsLoopback(const std::string& url);

// The host's name, for messages; the address itself when it has none.
std::string HostOf(const std::string& url);

}  // namespace edgevlm
