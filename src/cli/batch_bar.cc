#include "cli/batch_bar.h"

#include <unistd.h>

#include <array>
#include <cinttypes>
#include <cstdio>

namespace edgevlm {
namespace {

constexpr std::chrono::milliseconds kBatchBarPause(200);

}  // namespace

std::string BatchProgressText(const BatchProgress& progress, double seconds) {
  const std::int64_t finished = progress.earlier + progress.done;
  std::string text = std::to_string(finished) + "/" + std::to_string(progress.images) + " images";
  if (progress.done > 0 && seconds > 0) {
    const double rate = static_cast<double>(progress.done) / seconds;
    const std::int64_t left = progress.images - finished - progress.failed;
    const auto time = static_cast<std::int64_t>(static_cast<double>(left) / rate + 0.5);
    std::array<char, 96> rest;
    std::snprintf(rest.data(), rest.size(),
                  ", %.1f a second, %" PRId64 ":%02" PRId64 ":%02" PRId64 " left", rate,
                  time / 3600, time / 60 % 60, time % 60);
    text += rest.data();
  }
  if (progress.failed > 0) text += ", " + std::to_string(progress.failed) + " failed";
  return text;
}

BatchBar::BatchBar() : terminal_(isatty(STDERR_FILENO) == 1), start_(Clock::now()) {}

BatchBar::~BatchBar() { Clear(); }

double BatchBar::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void BatchBar::Clear() const {
  if (terminal_) std::fputs("\r\x1b[K", stderr);
}

void BatchBar::Show(const BatchProgress& progress) {
  const auto now = Clock::now();
  if (!terminal_ || now - drawn_ < kBatchBarPause) return;
  drawn_ = now;
  std::fprintf(stderr, "\r%s \x1b[K", BatchProgressText(progress, seconds()).c_str());
}

}  // namespace edgevlm
