#include "tokenizer/text_stream.h"

#include "tokenizer/utf8.h"

namespace edgevlm {

std::string TextStream::Push(std::string_view bytes) {
  held_ += bytes;
  std::string whole;
  std::string_view rest = held_;
  while (!rest.empty()) {
    const CodePoint point = ReadCodePoint(rest);
    if (point.state == Utf8State::kTruncated) break;
    AppendCodePoint(point.value, whole);
    rest.remove_prefix(static_cast<std::size_t>(point.bytes));
  }
  held_ = std::string(rest);
  return whole;
}

}  // namespace edgevlm
