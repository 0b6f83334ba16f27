#include "cli/progress.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace edgevlm {
namespace {

constexpr int kBarCells = 30;
constexpr std::chrono::milliseconds kPause(100);

}  // namespace

ProgressBar::ProgressBar() : terminal_(isatty(STDERR_FILENO) == 1), start_(Clock::now()) {}

ProgressBar::~ProgressBar() { Clear(); }

void ProgressBar::Clear() {
  if (terminal_) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::Show(int done, int total) {
  const auto now = Clock::now();
  if (!terminal_ || done < 1 || total < 1 || now - drawn_ < kPause) return;
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const int left = static_cast<int>(seconds / done * (total - done) + 0.5);
  const auto cells = static_cast<std::size_t>(kBarCells * static_cast<double>(done) / total);
  const std::string bar = std::string(cells, '#') + std::string(kBarCells - cells, '.');
  std::fprintf(stderr, "\r[%s] %d/%d, %d:%02d left \x1b[K", bar.c_str(), done, total, left / 60,
               left % 60);
}

}  // namespace edgevlm
