// JsonValues: grammar rules for JSON values, for schema_grammar.cc.
#pragma once

#include "edgevlm/grammar.h"

namespace edgevlm {

// Inclusive.
Grammar::Bytes BytesBetween(unsigned char first, unsigned char last);

// Each function returns the number of a rule, which is created on first use.
class JsonValues {
 public:
  explicit JsonValues(GrammarBuilder& builder) : builder_(builder) {}

  int Blank();       // nothing or one blank: with more, a model could write blanks forever
  int Character();   // of a string
  int StringRest();  // what follows the opening quotation mark of a string
  int String();
  int Integer();
  int Number();
  int Bool();
  int Null();
  int Object();  // any
  int Array();   // any
  int Value();   // any

  // A rule that matches exactly this text.
  int Literal(std::string_view text);

 private:
  // Creates a rule on first use.
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
