#include "cli/byte_bar.h"

#include <unistd.h>

#include <array>
#include <cstdio>

namespace edgevlm {
namespace {

constexpr int kBarCells = 24;
constexpr std::chrono::milliseconds kPause(200);
constexpr double kMega = 1e6;

}  // namespace

std::string SizeText(std::uint64_t bytes) {
  const double megabytes = static_cast<double>(bytes) / kMega;
  std::array<char, 32> text;
  if (megabytes < 1000) {
    std::snprintf(text.data(), text.size(), "%.1f MB", megabytes);
  } else {
    std::snprintf(text.data(), text.size(), "%.2f GB", megabytes / 1000);
  }
  return text.data();
}

ByteBar::ByteBar(std::string name)
    : name_(std::move(name)), terminal_(isatty(STDERR_FILENO) == 1) {}

ByteBar::~ByteBar() {
  if (terminal_) std::fputs("\r\x1b[K", stderr);
}

void ByteBar::Show(std::uint64_t done, std::uint64_t total) {
  const auto now = Clock::now();
  if (start_ == Clock::time_point()) {
    start_ = now;
    first_ = done;
  }
  if (!terminal_ || total == 0 || now - drawn_ < kPause) return;
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double speed = seconds > 0 ? static_cast<double>(done - first_) / seconds : 0;
  const double share = static_cast<double>(done) / static_cast<double>(total);
  const auto cells = static_cast<std::size_t>(kBarCells * share);
  const std::string bar = std::string(cells, '#') + std::string(kBarCells - cells, '.');
  std::fprintf(stderr, "\r%s [%s] %s of %s, %.1f MB/s", name_.c_str(), bar.c_str(),
               SizeText(done).c_str(), SizeText(total).c_str(), speed / kMega);
  if (speed > 0) {
    const auto left = static_cast<long>(static_cast<double>(total - done) / speed + 0.5);
    std::fprintf(stderr, ", %ld:%02ld left", left / 60, left % 60);
  }
  std::fputs(" \x1b[K", stderr);
}

}  // namespace edgevlm
