// The stem of an English word by the Snowball algorithm (Porter 2001, "Snowball: A language for
// stemming algorithms"): "running" and "runs" have the stem "run".
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct sb_stemmer;

namespace edgevlm {

// Threads: one at a time.
class EnglishStemmer {
 public:
  EnglishStemmer();

  // word: lower case.
  std::string Stem(std::string_view word);

 private:
  struct Delete {
    void operator()(sb_stemmer* stemmer) const;
  };
  std::unique_ptr<sb_stemmer, Delete> stemmer_;
};

}  // namespace edgevlm
