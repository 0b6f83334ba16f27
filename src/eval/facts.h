// Facts: what a caption claims, as single statements that the label can confirm or not.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/dataset.h"

namespace edgevlm {

// Each fact is one text:
//   "dog"                a thing is there
//   "2 dog"              so many of them
//   "red circle"         one of them has this color
//   "display reads 427"  a display shows these digits
using Facts = std::set<std::string>;

// The names and colors that captions of a dataset may use, gathered from its labels.
class KnownNames {
 public:
  explicit KnownNames(std::span<const LabeledImage> images);

  // A name found in a text.
  struct Match {
    std::string name;     // singular, as in the labels
    int words = 0;        // how many words of the text it took; 0: no name starts here
    bool plural = false;  // the text had a form that is only a plural
  };
  // The longest name, singular or plural, that starts at words[begin]: "hot dogs" before "dogs".
  Match Find(std::span<const std::string> words, std::size_t begin) const;

  bool IsColor(std::string_view word) const;

 private:
  struct Name {
    std::string name;
    std::vector<std::string> words;
    std::vector<std::string> plurals;  // what the last word may become
  };
  std::vector<Name> names_;  // those of more words first
  std::set<std::string, std::less<>> colors_;
};

// Every plural that English spelling could give a noun; several, because no rule knows which one
// is right: "bus" gives "buss" and "buses", "knife" gives "knifes" and "knives".
std::vector<std::string> PossiblePlurals(const std::string& noun);

// What the label says.
Facts FactsOf(std::span<const LabeledThing> things);

// What a caption says. Reads noun phrases wherever they stand: an article or number, a color, a
// name, and "that reads" with digits; everything else ("the image shows", "left of") is passed
// over. Things of one name are added up; "the dog" after "a dog" is the same dog.
Facts FactsIn(std::string_view caption, const KnownNames& known);

}  // namespace edgevlm
