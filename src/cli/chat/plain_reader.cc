#include <unistd.h>

#include <array>
#include <cerrno>

#include "cli/chat/line_reader.h"

namespace edgevlm {
namespace {

class PlainReader final : public LineReader {
 public:
  explicit PlainReader(const Interrupts& interrupts) : interrupts_(interrupts) {}

  InputLine Read(const char*) override {
    std::string line;
    while (true) {
      if (interrupts_.wants_end()) return {};
      if (interrupts_.wants_stop()) return {.kind = InputLine::Kind::kStopped};
      if (begin_ == end_ && !Fill()) {
        if (is_over_ && line.empty()) return {};
        if (is_over_) return {.kind = InputLine::Kind::kText, .text = line};
        continue;
      }
      if (CutLine(line)) return {.kind = InputLine::Kind::kText, .text = line};
    }
  }

 private:
  // False: no data, because the input ended or a signal came first.
  bool Fill() {
    if (is_over_ || !interrupts_.WaitForInput(STDIN_FILENO)) return false;
    const ssize_t size = read(STDIN_FILENO, bytes_.data(), bytes_.size());
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) return false;
    is_over_ = size <= 0;
    begin_ = 0;
    end_ = is_over_ ? 0 : static_cast<std::size_t>(size);
    return !is_over_;
  }

  // Whether there was a newline.
  bool CutLine(std::string& line) {
    while (begin_ < end_) {
      const char c = bytes_[begin_++];
      if (c == '\n') {
        if (line.ends_with('\r')) line.pop_back();
        return true;
      }
      if (line.size() < kMaxLineBytes) line += c;
    }
    return false;
  }

  const Interrupts& interrupts_;
  std::array<char, 4096> bytes_ = {};  // bytes from begin_ to end_ are not yet consumed
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool is_over_ = false;
};

}  // namespace

std::unique_ptr<LineReader> MakePlainReader(const Interrupts& interrupts) {
  return std::make_unique<PlainReader>(interrupts);
}

}  // namespace edgevlm
