// Images that a request names by address.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/options.h"

namespace edgevlm {

// The host of "https://HOST/..."; nothing for all other addresses: other schemes and ports, names
// of users, numbers in place of names.
std::optional<std::string> RemoteHost(std::string_view address);

// Whether rules.domains has the host, or a domain that it is in.
bool IsAllowed(std::string_view host, const RemoteRules& rules);

// Fetches the bytes. The host's addresses are looked up once; each must be public, and the
// connection goes to what was checked. No redirects, no proxies. Blocks, at most rules.time and
// what the look-up takes. Errors: kInvalid (not allowed), kTooLarge (over max_bytes), kIo; they
// name neither addresses nor what the other side said.
Result<std::string> FetchImage(const std::string& address, const RemoteRules& rules,
                               std::size_t max_bytes);

}  // namespace edgevlm
