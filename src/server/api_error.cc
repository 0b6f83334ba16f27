#include "server/api_error.h"

#include <utility>

#include "server/parse/json.h"

namespace edgevlm {
namespace {

int StatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kUnsupported:
      return 415;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kCorrupt:
    case ErrorCode::kInvalid:
      return 400;
    case ErrorCode::kCancelled:
    case ErrorCode::kIo:
      break;
  }
  return 500;
}

const char* TypeOf(int status) {
  if (status == 401) return "authentication_error";
  if (status == 403) return "permission_error";
  if (status == 404) return "not_found_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

const char* AnthropicTypeOf(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 503:
      return "overloaded_error";
    default:
      return status < 500 ? "invalid_request_error" : "api_error";
  }
}

// "/v1/messages" or "/messages", and what is below it.
bool IsAnthropicPath(std::string_view path) {
  if (path.starts_with("/v1/")) path.remove_prefix(3);
  constexpr std::string_view kMessages = "/messages";
  return path.starts_with(kMessages) &&
         (path.size() == kMessages.size() || path[kMessages.size()] == '/');
}

nlohmann::json TextOrNull(const std::string& text) {
  return text.empty() ? nlohmann::json() : nlohmann::json(text);
}

}  // namespace

ApiError ToApiError(const Error& error) {
  return {.status = StatusOf(error.code), .message = error.message};
}

std::string OpenAiErrorBody(const ApiError& error) {
  nlohmann::json object = {{"message", error.message},
                           {"type", error.type.empty() ? TypeOf(error.status) : error.type},
                           {"param", TextOrNull(error.param)},
                           {"code", TextOrNull(error.code)}};
  for (const auto& [name, stat] : error.stats) object[name] = stat;
  return ToText({{"error", std::move(object)}});
}

Response OpenAiError(const ApiError& error) {
  return {.status = error.status, .body = OpenAiErrorBody(error), .headers = error.headers};
}

Response OllamaError(const ApiError& error) {
  return {
      .status = error.status, .body = ToText({{"error", error.message}}), .headers = error.headers};
}

std::string AnthropicErrorBody(const ApiError& error) {
  return ToText({{"type", "error"},
                 {"error", {{"type", AnthropicTypeOf(error.status)}, {"message", error.message}}},
                 {"request_id", nullptr}});
}

Response AnthropicError(const ApiError& error) {
  return {.status = error.status, .body = AnthropicErrorBody(error), .headers = error.headers};
}

Response ErrorAt(std::string_view path, const ApiError& error) {
  if (IsAnthropicPath(path)) return AnthropicError(error);
  return path.starts_with("/api/") ? OllamaError(error) : OpenAiError(error);
}

}  // namespace edgevlm
