#include "eval/scores/stemmer.h"

#include <libstemmer.h>

#include <new>

namespace edgevlm {

void EnglishStemmer::Delete::operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }

EnglishStemmer::EnglishStemmer() : stemmer_(sb_stemmer_new("english", nullptr)) {
  // The library has the algorithm, so only lack of memory fails.
  if (stemmer_ == nullptr) throw std::bad_alloc();
}

std::string EnglishStemmer::Stem(std::string_view word) {
  constexpr std::size_t kLongestWord = 100;  // bytes; a longer one is no word
  if (word.size() > kLongestWord) return std::string(word);
  const sb_symbol* stem =
      sb_stemmer_stem(stemmer_.get(), reinterpret_cast<const sb_symbol*>(word.data()),
                      static_cast<int>(word.size()));
  if (stem == nullptr) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(stem),
          static_cast<std::size_t>(sb_stemmer_length(stemmer_.get()))};
}

}  // namespace edgevlm
