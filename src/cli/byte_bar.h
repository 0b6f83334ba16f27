// ByteBar: shows the progress of a download on standard error.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace edgevlm {

// "12.3 MB"; "1.23 GB" from 1000 MB on.
std::string SizeText(std::uint64_t bytes);

// Draws only when standard error is a terminal, at most five times a second. One thread at a time.
class ByteBar {
 public:
  explicit ByteBar(std::string name);
  // Clears the bar.
  ~ByteBar();
  ByteBar(const ByteBar&) = delete;
  ByteBar& operator=(const ByteBar&) = delete;

  const std::string& name() const { return name_; }

  // done: of total. Speed and time left count from the first call on, so that bytes of an earlier
  // run do not inflate them.
  void Show(std::uint64_t done, std::uint64_t total);

 private:
  using Clock = std::chrono::steady_clock;

  const std::string name_;
  const bool terminal_;
  std::uint64_t first_ = 0;
  Clock::time_point start_;
  Clock::time_point drawn_;
};

}  // namespace edgevlm
