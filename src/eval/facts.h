// Facts: the statements of a caption, one by one, for comparison with the label.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/dataset.h"

namespace edgevlm {

// Each fact is one text:
//   "dog"                there is a dog
//   "2 dog"              there are two dogs
//   "red circle"         one of them has this color
//   "display reads 427"  a display shows these digits
using Facts = std::set<std::string>;

// The names and colors that captions of a dataset may use, collected from its labels.
class KnownNames {
 public:
  explicit KnownNames(std::span<const LabeledImage> images);

  // A name found in a text.
  struct Match {
    std::string name;     // singular, as in the labels
    int words = 0;        // number of words that matched; 0: no name starts here
    bool plural = false;  // the matched form can only be a plural
  };
  // The longest name, singular or plural, that starts at words[begin]: "hot dogs" before "dogs".
  Match Find(std::span<const std::string> words, std::size_t begin) const;

  bool IsColor(std::string_view word) const;

 private:
  struct Name {
    std::string name;
    std::vector<std::string> words;
    std::vector<std::string> plurals;  // possible plurals of the last word
  };
  std::vector<Name> names_;  // longest first, in words
  std::set<std::string, std::less<>> colors_;
};

// All plurals that English spelling rules allow for a noun, because no rule tells which one is
// right: "bus" gives "buss" and "buses", "knife" gives "knifes" and "knives".
std::vector<std::string> PossiblePlurals(const std::string& noun);

// The facts of a label.
Facts FactsOf(std::span<const LabeledThing> things);

// The facts of a caption. Finds noun phrases anywhere in the text: an article or number, a size, a
// color, a name, and "that reads" with digits; everything else ("the image shows", "left of") is
// skipped. Counts of one name are summed; "the dog" after "a dog" is the same dog.
Facts FactsIn(std::string_view caption, const KnownNames& known);

}  // namespace edgevlm
