// Tools: functions of the caller's that a model may call instead of answering.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "server/parse/json.h"

namespace edgevlm {

inline constexpr std::size_t kMaxTools = 128;
inline constexpr std::size_t kMaxToolNameBytes = 128;

struct Tool {
  std::string name;
  std::string description;
  Json parameters;  // a JSON schema: an object
};

struct ToolCall {
  std::string id;
  std::string name;
  Json arguments;  // an object
};

// Whether the model's own template writes tools, calls and results: requests then have them as
// MessageTools and TemplateInputs instead of in texts.
constexpr bool IsOfTemplate(ToolForm form) {
  return form == ToolForm::kMistral || form == ToolForm::kPythonic;
}

// The tools of a request.
struct ToolUse {
  ToolForm form = ToolForm::kNone;  // of the model
  std::vector<Tool> tools = {};     // those that may be called; empty: none
  bool is_required = false;         // the reply must be a call
  bool is_parallel = true;          // it may be several
};

}  // namespace edgevlm
