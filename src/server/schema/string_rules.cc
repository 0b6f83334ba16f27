#include "server/schema/string_rules.h"

#include <array>
#include <cstdio>
#include <utility>
#include <vector>

namespace edgevlm {
namespace {

constexpr char32_t kLastAscii = 0x7f;

// The UTF-8 bytes of a code point.
std::vector<unsigned char> Utf8Of(char32_t c) {
  const auto more = [c](int shift) {
    return static_cast<unsigned char>(0x80 | ((c >> shift) & 0x3f));
  };
  if (c <= kLastAscii) return {static_cast<unsigned char>(c)};
  if (c <= 0x7ff) return {static_cast<unsigned char>(0xc0 | (c >> 6)), more(0)};
  if (c <= 0xffff) return {static_cast<unsigned char>(0xe0 | (c >> 12)), more(6), more(0)};
  return {static_cast<unsigned char>(0xf0 | (c >> 18)), more(12), more(6), more(0)};
}

// The JSON escape of an ASCII character that must be escaped in a string; empty for others.
std::string EscapeOf(char32_t c) {
  constexpr std::string_view kPlain = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  const std::size_t known = kPlain.find(static_cast<char>(c));
  if (known != std::string_view::npos) return {'\\', kNames[known]};
  if (c >= ' ' && c < kLastAscii) return {};
  std::array<char, 8> text;
  std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(c));
  return text.data();
}

// Splits an interval of code points beyond ASCII so that in each piece the ranges of the UTF-8
// bytes are independent of each other.
std::vector<CodePoints::Interval> CutForUtf8(CodePoints::Interval whole) {
  std::vector<CodePoints::Interval> open = {whole};
  std::vector<CodePoints::Interval> pieces;
  while (!open.empty()) {
    const CodePoints::Interval piece = open.back();
    open.pop_back();
    std::optional<char32_t> cut;                     // the last of the lower half
    for (const char32_t last : {0x7ffu, 0xffffu}) {  // of two bytes, of three
      if (piece.first <= last && last < piece.last) cut = last;
    }
    for (int bits = 6; bits <= 18 && !cut; bits += 6) {
      const char32_t low = (char32_t{1} << bits) - 1;
      if ((piece.first & ~low) == (piece.last & ~low)) break;
      if ((piece.first & low) != 0) {
        cut = piece.first | low;
      } else if ((piece.last & low) != low) {
        cut = (piece.last & ~low) - 1;
      }
    }
    if (!cut) {
      pieces.push_back(piece);
      continue;
    }
    open.push_back({*cut + 1, piece.last});
    open.push_back({piece.first, *cut});
  }
  return pieces;
}

}  // namespace

int StringRules::Exactly(std::int64_t count) {
  if (count == 1) return values_.Character();
  const auto known = exactly_.find(count);
  if (known != exactly_.end()) return known->second;
  const int rule = builder_.AddRule();
  Grammar::Sequence sequence;
  if (count > 0) {
    const Grammar::Element half = builder_.Rule(Exactly(count / 2));
    sequence = {half, half};
    if (count % 2 != 0) sequence.push_back(builder_.Rule(values_.Character()));
  }
  builder_.AddAlternative(rule, std::move(sequence));
  return exactly_[count] = rule;
}

// Up to half of it, or one more than half and the rest: each length has one derivation.
int StringRules::UpTo(std::int64_t count) {
  const auto known = up_to_.find(count);
  if (known != up_to_.end()) return known->second;
  const int rule = builder_.AddRule();
  if (count == 0) {
    builder_.AddAlternative(rule, {});
  } else {
    const std::int64_t half = (count - 1) / 2;
    builder_.AddAlternative(rule, {builder_.Rule(UpTo(half))});
    builder_.AddAlternative(
        rule, {builder_.Rule(Exactly(half + 1)), builder_.Rule(UpTo(count - half - 1))});
  }
  return up_to_[count] = rule;
}

int StringRules::OfLength(std::int64_t min, std::optional<std::int64_t> max) {
  const int rule = builder_.AddRule();
  Grammar::Sequence text = {Byte('"')};
  if (min > 0) text.push_back(builder_.Rule(Exactly(min)));
  if (max) {
    text.push_back(builder_.Rule(UpTo(*max - min)));
    text.push_back(Byte('"'));
  } else {
    text.push_back(builder_.Rule(values_.StringRest()));
  }
  builder_.AddAlternative(rule, std::move(text));
  return rule;
}

int StringRules::Quoted(const Automaton& automaton) {
  const int rule = builder_.AddRule();
  builder_.AddAlternative(rule, {Byte('"'), builder_.Rule(StatesOf(automaton, Spelling::kJson))});
  return rule;
}

int StringRules::Bare(const Automaton& automaton) { return StatesOf(automaton, Spelling::kBare); }

// A rule per state for what may follow there, including the closing quotation mark.
int StringRules::StatesOf(const Automaton& automaton, Spelling spelling) {
  std::vector<int> rules;
  for (std::size_t i = 0; i < automaton.states.size(); ++i) rules.push_back(builder_.AddRule());
  for (std::size_t i = 0; i < automaton.states.size(); ++i) {
    const Automaton::State& state = automaton.states[i];
    std::map<int, std::vector<CodePoints::Interval>> sets;  // by where they lead
    for (const Automaton::Edge& edge : state.edges) sets[edge.to].push_back(edge.on);
    for (auto& [to, intervals] : sets) {
      const int character = OneOf(CodePoints(std::move(intervals)), spelling);
      builder_.AddAlternative(
          rules[i], {builder_.Rule(character), builder_.Rule(rules[static_cast<std::size_t>(to)])});
    }
    if (!state.accepts) continue;
    builder_.AddAlternative(
        rules[i], spelling == Spelling::kJson ? Grammar::Sequence{Byte('"')} : Grammar::Sequence{});
  }
  return rules.front();
}

int StringRules::OneOf(const CodePoints& set, Spelling spelling) {
  const auto [entry, is_new] = sets_.try_emplace({set, spelling}, 0);
  if (!is_new) return entry->second;
  const int rule = entry->second = builder_.AddRule();
  Grammar::Bytes plain;
  for (const CodePoints::Interval& interval : set.intervals()) {
    for (char32_t c = interval.first; c <= std::min(interval.last, kLastAscii); ++c) {
      const std::string escape = spelling == Spelling::kJson ? EscapeOf(c) : "";
      if (escape.empty()) {
        plain.set(c);
        continue;
      }
      Grammar::Sequence sequence;
      builder_.Append(escape, sequence);
      builder_.AddAlternative(rule, std::move(sequence));
    }
    if (interval.last > kLastAscii) {
      AddPlain({std::max<char32_t>(interval.first, kLastAscii + 1), interval.last}, rule);
    }
  }
  if (plain.any()) builder_.AddAlternative(rule, {builder_.Set(plain)});
  return rule;
}

void StringRules::AddPlain(const CodePoints::Interval& interval, int rule) {
  for (const CodePoints::Interval& piece : CutForUtf8(interval)) {
    const std::vector<unsigned char> first = Utf8Of(piece.first);
    const std::vector<unsigned char> last = Utf8Of(piece.last);
    Grammar::Sequence sequence;
    for (std::size_t i = 0; i < first.size(); ++i) {
      sequence.push_back(builder_.Set(BytesBetween(first[i], last[i])));
    }
    builder_.AddAlternative(rule, std::move(sequence));
  }
}

}  // namespace edgevlm
