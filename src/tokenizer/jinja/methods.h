// The methods of texts, lists and dicts.
#pragma once

#include <string_view>

#include "tokenizer/jinja/run.h"

namespace edgevlm::jinja {

// Whether values of this kind have the method. Methods that change a value are left out.
bool IsMethod(const Value& receiver, std::string_view name);

// Calls receiver.name(arguments). Fails for arguments that it does not take.
Value CallMethod(Run& run, const Value& receiver, std::string_view name,
                 const Arguments& arguments);

// For filters that do the same as a method.
enum class Side { kBoth, kLeft, kRight };
// Without these characters at the sides; without blanks if they are undefined or none.
Text Stripped(Run& run, const Text& text, const Value& characters, Side side);
Text Replaced(Run& run, const Text& text, const Text& before, const Text& after, std::int64_t most);
Text Lower(Text text);  // ASCII letters only, as are the next three
Text Upper(Text text);
Text Title(Text text);
Text Capitalized(Text text);
// The items as texts, with a separator between them.
Text Joined(Run& run, const std::vector<Value>& items, const Text& separator);
// [[name, value], ...]
Value PairsOf(Run& run, const Dict& dict);

}  // namespace edgevlm::jinja
