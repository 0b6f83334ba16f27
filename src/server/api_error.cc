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

Response ErrorAt(std::string_view path, const ApiError& error) {
  return path.starts_with("/api/") ? OllamaError(error) : OpenAiError(error);
}

}  // namespace edgevlm
