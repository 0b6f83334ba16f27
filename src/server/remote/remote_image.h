// Fetches files that a request gives as URLs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/options.h"

namespace edgevlm {

// The host of "https://HOST/..."; nothing for all other URLs: other schemes and ports, user names,
// IP addresses.
std::optional<std::string> RemoteHost(std::string_view url);

// Whether rules.domains has the host or a parent domain of it.
bool IsAllowed(std::string_view host, const RemoteRules& rules);

// Fetches the bytes. The host is resolved once, all its addresses must be public, and the
// connection goes to one that was checked (against server-side request forgery). No redirects, no
// proxies. Blocks for at most rules.time plus the time of the lookup. Errors: kInvalid (not
// allowed), kTooLarge (over max_bytes), kIo; they contain neither addresses nor anything of the
// response.
Result<std::string> FetchImage(const std::string& url, const RemoteRules& rules,
                               std::size_t max_bytes);

}  // namespace edgevlm
