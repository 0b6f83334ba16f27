#include "server/schema/json_values.h"

#include <utility>

namespace edgevlm {
namespace {

constexpr int kMaxDigits = 15;  // the precision of a double

using Sequence = Grammar::Sequence;

Grammar::Bytes BytesOf(std::string_view text) {
  Grammar::Bytes bytes;
  for (const char c : text) bytes.set(static_cast<unsigned char>(c));
  return bytes;
}

}  // namespace

Grammar::Bytes BytesBetween(unsigned char first, unsigned char last) {
  Grammar::Bytes bytes;
  for (unsigned c = first; c <= last; ++c) bytes.set(c);
  return bytes;
}

Grammar::Element JsonValues::Range(unsigned char first, unsigned char last) {
  return builder_.Set(BytesBetween(first, last));
}

int JsonValues::Literal(std::string_view text) {
  const int rule = builder_.AddRule();
  Sequence sequence;
  builder_.Append(text, sequence);
  builder_.AddAlternative(rule, std::move(sequence));
  return rule;
}

int JsonValues::Blank() {
  return Once(blank_, [&](int rule) {
    builder_.AddAlternative(rule, {});
    builder_.AddAlternative(rule, {Range(' ', ' ')});
  });
}

// One character of a string: plain ASCII, UTF-8 (RFC 3629), or an escape, but no surrogates.
int JsonValues::Character() {
  return Once(character_, [&](int rule) {
    const auto add = [&](Sequence sequence) { builder_.AddAlternative(rule, std::move(sequence)); };
    const Grammar::Element more = Range(0x80, 0xbf);
    Grammar::Bytes plain = BytesBetween(0x20, 0x7e);
    plain.reset('"').reset('\\');
    add({builder_.Set(plain)});
    add({Range(0xc2, 0xdf), more});
    add({Range(0xe0, 0xe0), Range(0xa0, 0xbf), more});
    add({Range(0xe1, 0xec), more, more});
    add({Range(0xed, 0xed), Range(0x80, 0x9f), more});
    add({Range(0xee, 0xef), more, more});
    add({Range(0xf0, 0xf0), Range(0x90, 0xbf), more, more});
    add({Range(0xf1, 0xf3), more, more, more});
    add({Range(0xf4, 0xf4), Range(0x80, 0x8f), more, more});
    const Grammar::Element slash = Range('\\', '\\');
    add({slash, builder_.Set(BytesOf("\"\\/bfnrt"))});
    const Grammar::Element u = Range('u', 'u');
    const Grammar::Element hex = builder_.Set(BytesOf("0123456789abcdefABCDEF"));
    add({slash, u, builder_.Set(BytesOf("0123456789abcefABCEF")), hex, hex, hex});
    add({slash, u, builder_.Set(BytesOf("dD")), Range('0', '7'), hex, hex});
  });
}

int JsonValues::StringRest() {
  return Once(rest_, [&](int rule) {
    builder_.AddAlternative(rule, {Range('"', '"')});
    builder_.AddAlternative(rule, {builder_.Rule(Character()), builder_.Rule(rule)});
  });
}

int JsonValues::String() {
  return Once(string_, [&](int rule) {
    builder_.AddAlternative(rule, {Range('"', '"'), builder_.Rule(StringRest())});
  });
}

// One to kMaxDigits: without a limit, a model could write digits forever.
int JsonValues::Digits() {
  return Once(digits_, [&](int rule) {
    int rest = builder_.AddRule();
    builder_.AddAlternative(rest, {});
    for (int digits = 1; digits < kMaxDigits; ++digits) {
      const int more = builder_.AddRule();
      builder_.AddAlternative(more, {});
      builder_.AddAlternative(more, {Range('0', '9'), builder_.Rule(rest)});
      rest = more;
    }
    builder_.AddAlternative(rule, {Range('0', '9'), builder_.Rule(rest)});
  });
}

int JsonValues::Integer() {
  return Once(integer_, [&](int rule) {
    const int size = builder_.AddRule();
    builder_.AddAlternative(size, {Range('0', '0')});
    builder_.AddAlternative(size, {Range('1', '9')});
    builder_.AddAlternative(size, {Range('1', '9'), builder_.Rule(Digits())});
    builder_.AddAlternative(rule, {builder_.Rule(size)});
    builder_.AddAlternative(rule, {Range('-', '-'), builder_.Rule(size)});
  });
}

// With an exponent of at most two digits, which a double can represent.
int JsonValues::Number() {
  return Once(number_, [&](int rule) {
    const int power = builder_.AddRule();
    const int digits = builder_.AddRule();
    const Grammar::Element digit = Range('0', '9');
    builder_.AddAlternative(digits, {digit});
    builder_.AddAlternative(digits, {digit, digit});
    const Grammar::Element e = builder_.Set(BytesOf("eE"));
    const Grammar::Element sign = builder_.Set(BytesOf("+-"));
    builder_.AddAlternative(power, {});
    builder_.AddAlternative(power, {e, builder_.Rule(digits)});
    builder_.AddAlternative(power, {e, sign, builder_.Rule(digits)});
    builder_.AddAlternative(rule, {builder_.Rule(Integer()), builder_.Rule(power)});
    builder_.AddAlternative(rule, {builder_.Rule(Integer()), Range('.', '.'),
                                   builder_.Rule(Digits()), builder_.Rule(power)});
  });
}

int JsonValues::Bool() {
  return Once(bool_, [&](int rule) {
    builder_.AddAlternative(rule, {builder_.Rule(Literal("true"))});
    builder_.AddAlternative(rule, {builder_.Rule(Literal("false"))});
  });
}

int JsonValues::Null() {
  return Once(null_,
              [&](int rule) { builder_.AddAlternative(rule, {builder_.Rule(Literal("null"))}); });
}

int JsonValues::Object() {
  return Once(object_, [&](int rule) {
    const Grammar::Element blank = builder_.Rule(Blank());
    const Grammar::Element close = Range('}', '}');
    const int pair = builder_.AddRule();
    builder_.AddAlternative(
        pair, {builder_.Rule(String()), Range(':', ':'), blank, builder_.Rule(Value())});
    const int rest = builder_.AddRule();
    builder_.AddAlternative(rest, {close});
    builder_.AddAlternative(rest,
                            {Range(',', ','), blank, builder_.Rule(pair), builder_.Rule(rest)});
    builder_.AddAlternative(rule, {Range('{', '{'), close});
    builder_.AddAlternative(rule, {Range('{', '{'), builder_.Rule(pair), builder_.Rule(rest)});
  });
}

int JsonValues::Array() {
  return Once(array_, [&](int rule) {
    const Grammar::Element blank = builder_.Rule(Blank());
    const Grammar::Element close = Range(']', ']');
    const int rest = builder_.AddRule();
    builder_.AddAlternative(rest, {close});
    builder_.AddAlternative(rest,
                            {Range(',', ','), blank, builder_.Rule(Value()), builder_.Rule(rest)});
    builder_.AddAlternative(rule, {Range('[', '['), close});
    builder_.AddAlternative(rule, {Range('[', '['), builder_.Rule(Value()), builder_.Rule(rest)});
  });
}

int JsonValues::Value() {
  return Once(value_, [&](int rule) {
    for (const int kind : {String(), Number(), Bool(), Null(), Object(), Array()}) {
      builder_.AddAlternative(rule, {builder_.Rule(kind)});
    }
  });
}

}  // namespace edgevlm
