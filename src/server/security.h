// Access control, decided from a request's headers alone.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/api_error.h"
#include "server/options.h"

namespace edgevlm {

// The key of a request: "Authorization: Bearer KEY", "X-Api-Key: KEY", "X-Moondream-Auth: KEY", or
// the password of "Authorization: Basic", which browsers ask their user for. Empty if there is
// none.
std::string KeyOf(const Request& head);

// Whether `key` is one of `keys`. Compares in constant time with all of them, so that the duration
// does not leak how much of a key is right.
bool IsOneOf(std::string_view key, std::span<const std::string> keys);

// The scope in which a request finds cached images again: its key, if there are keys.
std::string ScopeOf(const Request& head, const AccessRules& rules);

// 401, with the header that makes browsers ask for the key.
std::optional<ApiError> CheckKey(const Request& head, const AccessRules& rules);

// 421 for a Host header whose name is not one of this server's.
std::optional<ApiError> CheckHost(const Request& head, const AccessRules& rules);

// 403 for a page of another origin, unless that is allowed. The server's own origin always is.
std::optional<ApiError> CheckOrigin(const Request& head, const AccessRules& rules);

// The CORS headers that let a page of an allowed origin read the response; empty for others.
std::map<std::string, std::string> CorsHeaders(const Request& head, const AccessRules& rules);

// Answers a CORS preflight request (method OPTIONS).
Response PreflightResponse(const Request& head, const AccessRules& rules);

}  // namespace edgevlm
