// Text: a string of a template program that knows where each of its bytes comes from.
//
// Whatever a program does with a user's text (trims it, splits it, joins it with its own), the
// bytes of the user's stay marked as such. So a control token's name in a user's text stays text.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edgevlm::jinja {

// The source of what the program itself writes. All others are positive, and given by the caller.
inline constexpr int kProgram = 0;

class Text {
 public:
  // The bytes before `end`, and after the run before it, come from `source`.
  struct Run {
    std::size_t end = 0;
    int source = kProgram;
  };

  Text() = default;
  explicit Text(std::string_view bytes, int source = kProgram) { Append(bytes, source); }

  std::string_view view() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  // In order; neighbors have different sources.
  std::span<const Run> runs() const { return runs_; }

  void Append(std::string_view bytes, int source = kProgram);
  void Append(const Text& other) { AppendSlice(other, 0, other.size()); }
  // Bytes [begin, end) of another text. REQUIRES: begin <= end <= other.size().
  void AppendSlice(const Text& other, std::size_t begin, std::size_t end);
  Text Slice(std::size_t begin, std::size_t end) const;

  // Replaces each byte by change(byte).
  template <class Change>
  void MapBytes(const Change& change) {
    for (char& c : bytes_) c = change(c);
  }

 private:
  std::string bytes_;
  std::vector<Run> runs_;
};

}  // namespace edgevlm::jinja
