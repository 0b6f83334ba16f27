// Requests whose replies go on for long, whatever the model: their form demands it.
#pragma once

#include <nlohmann/json.hpp>

#include "program.h"
#include "served.h"

namespace edgevlm {

// A list of lists of numbers, thousands of tokens: as many as the context takes.
inline nlohmann::json LongForm() {
  const nlohmann::json numbers = {
      {"type", "array"}, {"items", {{"type", "integer"}}}, {"minItems", 64}};
  const nlohmann::json schema = {{"type", "array"}, {"items", numbers}, {"minItems", 64}};
  return {{"type", "json_schema"}, {"json_schema", {{"schema", schema}}}};
}

// The body of a request to /caption.
inline nlohmann::json LongCaption(bool streams) {
  return {{"image", Base64(PpmPicture())},
          {"response_format", LongForm()},
          {"max_tokens", 4096},
          {"stream", streams}};
}

}  // namespace edgevlm
