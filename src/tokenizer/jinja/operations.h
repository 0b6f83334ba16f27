// The operators of expressions.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/jinja/run.h"

namespace edgevlm::jinja {

// What a loop over the value runs through: the items of a list, the names of a dict, the characters
// of a text; of an undefined value nothing. Fails for others.
std::vector<Value> ItemsOf(Run& run, const Value& value);

// a + b, and so on: + - * / // % ~.
Value Calculate(Run& run, std::string_view mark, const Value& a, const Value& b);
// a == b, and so on: == != < <= > >= in "not in".
bool Compare(Run& run, std::string_view mark, const Value& a, const Value& b);

// The entry of a dict or namespace, or a method's name bound to the value; undefined if there is
// none. Fails for an undefined value.
Value AttributeOf(Run& run, const Value& value, std::string_view name);
// value[key]. Negative numbers count from the end.
Value ItemOf(Run& run, const Value& value, const Value& key);
// value[first:end:step] of a list or a text; those that are undefined or none are left out.
Value SliceOf(Run& run, const Value& value, const Value& first, const Value& end,
              const Value& step);

// "a.b.0" of a value, as the filters with attributes take it.
Value PathOf(Run& run, Value value, const Value& path);

// The number of items, names or characters. Fails for others.
std::int64_t LengthOf(Run& run, const Value& value);

// Whether a comes before b. Fails if they cannot be compared.
bool IsLess(Run& run, const Value& a, const Value& b);

// Counts the search for one text in another.
void CountSearch(Run& run, std::size_t bytes, std::size_t searched_bytes);

// The offsets at which the characters of a text begin, and its end.
std::vector<std::size_t> CharactersOf(Run& run, const Text& text);

}  // namespace edgevlm::jinja
