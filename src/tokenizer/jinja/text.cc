#include "tokenizer/jinja/text.h"

#include <algorithm>

namespace edgevlm::jinja {

void Text::Append(std::string_view bytes, int source) {
  if (bytes.empty()) return;
  bytes_ += bytes;
  if (runs_.empty() || runs_.back().source != source) runs_.push_back({.source = source});
  runs_.back().end = bytes_.size();
}

void Text::AppendSlice(const Text& other, std::size_t begin, std::size_t end) {
  auto run = std::ranges::upper_bound(other.runs_, begin, {}, &Run::end);
  while (begin < end) {
    const std::size_t stop = std::min(end, run->end);
    Append(std::string_view(other.bytes_).substr(begin, stop - begin), run->source);
    begin = stop;
    ++run;
  }
}

Text Text::Slice(std::size_t begin, std::size_t end) const {
  Text slice;
  slice.AppendSlice(*this, begin, end);
  return slice;
}

}  // namespace edgevlm::jinja
