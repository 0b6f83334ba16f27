// Who may ask for what, decided from a request's header alone.
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

// Whether `key` is one of `keys`. Takes as long for a wrong key as for a right one of its length,
// and looks at all of them, so that time tells nothing.
bool IsOneOf(std::string_view key, std::span<const std::string> keys);

// Whose images a request may find again: those of its key, if there are keys.
std::string ScopeOf(const Request& head, const AccessRules& rules);

// 401. The header makes browsers ask for the key.
std::optional<ApiError> CheckKey(const Request& head, const AccessRules& rules);

// 421 for a Host header with a name that is not one of this server's.
std::optional<ApiError> CheckHost(const Request& head, const AccessRules& rules);

// 403 for a page of another origin that is not allowed. The origin of this server itself is.
std::optional<ApiError> CheckOrigin(const Request& head, const AccessRules& rules);

// What a page of an allowed origin needs to read the answer; nothing for others.
std::map<std::string, std::string> CorsHeaders(const Request& head, const AccessRules& rules);

// Answers a browser's question whether it may send a request (method OPTIONS).
Response PreflightAnswer(const Request& head, const AccessRules& rules);

}  // namespace edgevlm
