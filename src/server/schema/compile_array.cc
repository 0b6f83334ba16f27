// Arrays of SchemaCompiler.
#include <algorithm>
#include <cmath>
#include <optional>

#include "server/schema/schema_compiler.h"
#include "server/schema/schema_grammar.h"

namespace edgevlm {
namespace {

// How many items there may be.
struct ItemCount {
  int least = 0;
  std::optional<int> most = {};
  int named = 0;          // items that have a schema of their own
  bool has_rest = false;  // and those behind them one
};

// Of the largest counts fewer are enough: what has fewer items fits as well.
MaybeError ReadItemCount(const std::vector<const Json*>& parts, ItemCount& count) {
  bool has_least = false;
  for (const Json* part : parts) {
    for (const char* name : {"minItems", "maxItems"}) {
      if (!part->contains(name)) continue;
      const Json& value = (*part)[name];
      const double number = value.is_number() ? value.get<double>() : -1;
      const bool is_least = std::string_view(name) == "minItems";
      const bool fits =
          number >= 0 && number == std::floor(number) && (!is_least || number <= kMaxCountedItems);
      if (!fits) {
        return Error{
            ErrorCode::kTooLarge,
            std::string(name).append(": expected 0 to ").append(std::to_string(kMaxCountedItems))};
      }
      const int items = static_cast<int>(std::min<double>(number, kMaxCountedItems));
      if (is_least) count.least = std::max(count.least, items);
      if (!is_least) count.most = std::min(count.most.value_or(items), items);
      has_least |= is_least;
    }
    for (const char* name : {"prefixItems", "items"}) {
      if (!part->contains(name)) continue;
      const Json& value = (*part)[name];
      const bool is_list = value.is_array();
      if (is_list) count.named = std::max(count.named, static_cast<int>(value.size()));
      count.has_rest |= !is_list || part->contains("additionalItems");
    }
  }
  if (count.named > kMaxCountedItems) {
    return Error{ErrorCode::kTooLarge, "prefixItems: expected fewer"};
  }
  // A tuple is whole, and has nothing behind it, unless the schema says so.
  if (count.named > 0 && !has_least) {
    count.least = std::min(count.named, count.most.value_or(count.named));
  }
  if (count.named > 0 && !count.has_rest && !count.most) {
    count.most = std::max(count.least, count.named);
  }
  return std::nullopt;
}

}  // namespace

int SchemaCompiler::OfArray(const Schemas& parts, const Place& place) {
  ItemCount count;
  if (const auto error = ReadItemCount(parts, count)) {
    return Fail(error->code, place, error->message);
  }
  const int rule = builder_.AddRule();
  if (count.most && *count.most < count.least) return rule;
  const auto item = [&](int index) {
    Schemas schemas;
    for (const Json* part : parts) {
      const Json* schema = ItemSchema(*part, static_cast<std::size_t>(index));
      if (schema != nullptr) schemas.push_back(schema);
    }
    const std::string step = index < count.named ? "[" + std::to_string(index) + "]" : ".items";
    return GrammarBuilder::Rule(RuleOf(schemas, place.Below(step)));
  };
  // From the last item to the first: what may follow when so many items have been written.
  int written = count.most.value_or(std::max({count.least, count.named, 1}));
  int rest = builder_.AddRule();
  builder_.AddAlternative(rest, {Byte(']')});
  if (!count.most) {
    builder_.AddAlternative(rest, {Byte(','), Blank(), item(written), GrammarBuilder::Rule(rest)});
  }
  while (--written >= 1 && !error_) {
    const int earlier = builder_.AddRule();
    builder_.AddAlternative(earlier,
                            {Byte(','), Blank(), item(written), GrammarBuilder::Rule(rest)});
    if (written >= count.least) builder_.AddAlternative(earlier, {Byte(']')});
    rest = earlier;
  }
  if (count.least == 0) builder_.AddAlternative(rule, {Byte('['), Byte(']')});
  if (count.most != 0) {
    builder_.AddAlternative(rule, {Byte('['), item(0), GrammarBuilder::Rule(rest)});
  }
  return rule;
}

}  // namespace edgevlm
