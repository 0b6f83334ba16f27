// The rules of JSON's own values, for schema_grammar.cc.
#pragma once

#include "edgevlm/grammar.h"

namespace edgevlm {

// Both ends count.
Grammar::Bytes BytesBetween(unsigned char first, unsigned char last);

// Made when they are first asked for. Each is a rule's number.
class JsonValues {
 public:
  explicit JsonValues(GrammarBuilder& builder) : builder_(builder) {}

  int Blank();       // nothing, or one blank: more would let a model write blanks for ever
  int Character();   // of a string
  int StringRest();  // what may stand behind a string's first quotation mark
  int String();
  int Integer();
  int Number();
  int Bool();
  int Null();
  int Object();  // any
  int Array();   // any
  int Value();   // any

  // A rule for one text.
  int Literal(std::string_view text);

 private:
  // Makes a rule once.
  template <class Make>
  int Once(int& rule, const Make& make) {
    if (rule == kNone) {
      rule = builder_.AddRule();
      make(rule);
    }
    return rule;
  }
  int Digits();
  Grammar::Element Range(unsigned char first, unsigned char last);

  static constexpr int kNone = -1;

  GrammarBuilder& builder_;
  int blank_ = kNone, character_ = kNone, string_ = kNone, rest_ = kNone, digits_ = kNone,
      integer_ = kNone, number_ = kNone, bool_ = kNone, null_ = kNone, object_ = kNone,
      array_ = kNone, value_ = kNone;
};

}  // namespace edgevlm
