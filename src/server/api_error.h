// ApiError: why a request failed, as reported to the client.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/http/message.h"

namespace edgevlm {

struct ApiError {
  int status = 400;
  std::string message;     // one line; no paths, no addresses
  std::string param = {};  // the field that is wrong, "messages[0].content"; empty: none
  std::string code = {};   // for programs: "image_not_cached"; empty: none
  std::string type = {};   // empty: the default for its status
  std::map<std::string, std::int64_t> stats = {};  // more members of OpenAI's error object
  std::map<std::string, std::string> headers = {};
};

// Maps an error of the engine to the HTTP status that fits best.
ApiError ToApiError(const Error& error);

// {"error": {"message", "type", "param", "code"}}, as in OpenAI's API.
std::string OpenAiErrorBody(const ApiError& error);
Response OpenAiError(const ApiError& error);

// {"error": "message"}, as in Ollama's API.
Response OllamaError(const ApiError& error);

// {"type": "error", "error": {"type", "message"}}, as in Anthropic's API.
std::string AnthropicErrorBody(const ApiError& error);
Response AnthropicError(const ApiError& error);

// In the format of the API that `path` belongs to: Ollama's below /api, Anthropic's for
// /v1/messages and below it, OpenAI's elsewhere.
Response ErrorAt(std::string_view path, const ApiError& error);

}  // namespace edgevlm
