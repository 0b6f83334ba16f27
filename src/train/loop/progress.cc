#include "train/loop/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace edgevlm::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBarWidth = 24;
constexpr auto kTerminalPause = std::chrono::milliseconds(100);
constexpr auto kLogPause = std::chrono::seconds(20);

std::string Bar(double done) {
  std::string bar(kBarWidth + 2, ' ');
  bar.front() = '[';
  bar.back() = ']';
  const int full = std::clamp(static_cast<int>(done * kBarWidth), 0, kBarWidth);
  std::fill_n(bar.begin() + 1, full, '=');
  return bar;
}

}  // namespace

std::string ClockText(double seconds) {
  const long whole = std::max(0L, static_cast<long>(seconds));
  char text[32];
  if (whole >= 3600) {
    std::snprintf(text, sizeof(text), "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text, sizeof(text), "%ld:%02ld", whole / 60, whole % 60);
  }
  return text;
}

Progress::Progress(std::string name) : name_(std::move(name)), terminal_(isatty(2) == 1) {}

void Progress::Show(double done, const std::string& facts, double seconds_left) {
  const auto now = Clock::now();
  if (shown_ && now - last_ < (terminal_ ? Clock::duration(kTerminalPause) : kLogPause)) return;
  last_ = now;
  shown_ = true;
  const std::string left = seconds_left < 0 ? "?" : ClockText(seconds_left);
  std::fprintf(stderr, "%s%s %s %5.1f %%  %s  %s left%s", terminal_ ? "\r\033[K" : "",
               name_.c_str(), Bar(done).c_str(), done * 100, facts.c_str(), left.c_str(),
               terminal_ ? "" : "\n");
  std::fflush(stderr);
}

void Progress::EndLine() {
  if (terminal_ && shown_) std::fputc('\n', stderr);
}

}  // namespace edgevlm::train
