// ApiError: why a request is not answered, for the client's vision encoders.
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
  std::string type = {};   // empty: the usual one of its status
  std::map<std::string, std::int64_t> stats = {};  // what OpenAI's shape has besides
  std::map<std::string, std::string> headers = {};
};

// The status that tells best what the engine refused.
ApiError ToApiError(const Error& error);

// {"error": {"message", "type", "param", "code"}}, as OpenAI's API has it.
std::string OpenAiErrorBody(const ApiError& error);
Response OpenAiError(const ApiError& error);

// {"error": "message"}, as Ollama's API has it.
Response OllamaError(const ApiError& error);

// As the API has it that a path belongs to: Ollama's below /api, OpenAI's for all others.
Response ErrorAt(std::string_view path, const ApiError& error);

}  // namespace edgevlm
