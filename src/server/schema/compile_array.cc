// SchemaCompiler: rules for arrays.
#include <algorithm>
#include <cmath>
#include <optional>

#include "server/schema/schema_compiler.h"
#include "server/schema/schema_grammar.h"

namespace edgevlm {
namespace {

// The number of items that the keywords allow.
struct ItemCount {
  int min = 0;
  std::optional<int> max = {};
  int named = 0;          // items with schemas of their own
  bool has_rest = false;  // the items after these have a schema
};

// minItems or maxItems of a part; nothing if it is missing. may_be_less: larger counts are clamped,
// since arrays with fewer items fit as well.
Result<std::optional<int>> ReadCount(const Json& part, const char* name, bool may_be_less) {
  if (!part.contains(name)) return std::optional<int>();
  const Json& value = part[name];
  const double number = value.is_number() ? value.get<double>() : -1;
  const bool is_count = number >= 0 && number == std::floor(number);
  if (is_count && (may_be_less || number <= kMaxCountedItems)) {
    return std::optional(static_cast<int>(std::min<double>(number, kMaxCountedItems)));
  }
  return Error{
      ErrorCode::kTooLarge,
      std::string(name).append(": expected 0 to ").append(std::to_string(kMaxCountedItems))};
}

void ReadItems(const Json& part, ItemCount& count) {
  for (const char* name : {"prefixItems", "items"}) {
    if (!part.contains(name)) continue;
    const bool is_list = part[name].is_array();
    if (is_list) count.named = std::max(count.named, static_cast<int>(part[name].size()));
    count.has_rest |= !is_list || part.contains("additionalItems");
  }
}

Result<ItemCount> ReadItemCount(const std::vector<const Json*>& parts) {
  ItemCount count;
  bool has_min = false;
  for (const Json* part : parts) {
    const auto min = ReadCount(*part, "minItems", /*may_be_less=*/false);
    if (!min) return min.error();
    const auto max = ReadCount(*part, "maxItems", /*may_be_less=*/true);
    if (!max) return max.error();
    has_min |= min->has_value();
    count.min = std::max(count.min, min->value_or(0));
    if (*max) count.max = std::min(count.max.value_or(**max), **max);
    ReadItems(*part, count);
  }
  if (count.named > kMaxCountedItems) {
    return Error{ErrorCode::kTooLarge, "prefixItems: expected fewer"};
  }
  // A tuple has all of its items and no others, unless the schema says so.
  if (count.named > 0 && !has_min) {
    count.min = std::min(count.named, count.max.value_or(count.named));
  }
  if (count.named > 0 && !count.has_rest && !count.max) {
    count.max = std::max(count.min, count.named);
  }
  return count;
}

}  // namespace

int SchemaCompiler::OfArray(const Schemas& parts, const Location& location) {
  const Result<ItemCount> read = ReadItemCount(parts);
  if (!read) return Fail(read.error().code, location, read.error().message);
  const ItemCount& count = *read;
  const int rule = builder_.AddRule();
  if (count.max && *count.max < count.min) return rule;
  const auto item = [&](int index) {
    Schemas schemas;
    for (const Json* part : parts) {
      const Json* schema = ItemSchema(*part, static_cast<std::size_t>(index));
      if (schema != nullptr) schemas.push_back(schema);
    }
    const std::string step = index < count.named ? "[" + std::to_string(index) + "]" : ".items";
    return GrammarBuilder::Rule(RuleOf(schemas, location.Below(step)));
  };
  // From the last item to the first: `rest` is what may follow `written` items.
  int written = count.max.value_or(std::max({count.min, count.named, 1}));
  int rest = builder_.AddRule();
  builder_.AddAlternative(rest, {Byte(']')});
  if (!count.max) {
    builder_.AddAlternative(rest, {Byte(','), Blank(), item(written), GrammarBuilder::Rule(rest)});
  }
  while (--written >= 1 && !error_) {
    const int earlier = builder_.AddRule();
    builder_.AddAlternative(earlier,
                            {Byte(','), Blank(), item(written), GrammarBuilder::Rule(rest)});
    if (written >= count.min) builder_.AddAlternative(earlier, {Byte(']')});
    rest = earlier;
  }
  if (count.min == 0) builder_.AddAlternative(rule, {Byte('['), Byte(']')});
  if (count.max != 0) {
    builder_.AddAlternative(rule, {Byte('['), item(0), GrammarBuilder::Rule(rest)});
  }
  return rule;
}

}  // namespace edgevlm
