// Writes values as texts, as Python does.
#pragma once

#include <optional>
#include <string>

#include "tokenizer/jinja/run.h"

namespace edgevlm::jinja {

// str(value): of an undefined value nothing.
Text ToText(Run& run, const Value& value);

struct JsonOptions {
  std::optional<int> indent = {};
  Text item_separator{", "};  // with `indent` the default is ","
  Text name_separator{": "};
  bool escapes_non_ascii = false;
  bool sorts_names = false;
};

// json.dumps(value). Fails for what JSON does not have.
Text ToJson(Run& run, const Value& value, const JsonOptions& options);

// A number with a point, as short as it can be read back.
std::string FloatText(double value);

}  // namespace edgevlm::jinja
