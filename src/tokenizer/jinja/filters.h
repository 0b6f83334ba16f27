// The filters and tests of expressions: value | name(arguments), value is name(arguments).
#pragma once

#include <string_view>

#include "tokenizer/jinja/run.h"

namespace edgevlm::jinja {

// Those of Jinja that chat templates use, and "tojson" as they expect it: json.dumps with
// ensure_ascii off. Fail for unknown names, and for values that they do not take.
Value ApplyFilter(Run& run, std::string_view name, const Value& value, const Arguments& arguments);
bool ApplyTest(Run& run, std::string_view name, const Value& value, const Arguments& arguments);

}  // namespace edgevlm::jinja
