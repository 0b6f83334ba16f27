#include "video/decoder/scout.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <new>

#include "video/decoder/ffmpeg_file.h"

namespace edgevlm {
namespace {

constexpr int kWaitMs = 20'000;
// Between two seeks of a file there are frames that software need not decode.
constexpr double kAllFramesSeconds = 1;

bool WantsAllFrames(const FrameRequest& request, bool is_stream) {
  return request.wants_frames && request.times.empty() &&
         (is_stream || request.every_seconds < kAllFramesSeconds);
}

[[noreturn]] void Scout(int fd, const char* address, const FrameRequest& request,
                        const SandboxLimits& limits, int output) {
  EnterSandbox(limits);
  TrackFacts facts;
  try {
    facts = ScoutWithFfmpeg(fd, address, request).value_or(TrackFacts());
  } catch (const std::bad_alloc&) {
  }
  const bool is_written = write(output, &facts, sizeof(facts)) == sizeof(facts);
  _exit(is_written ? 0 : 1);
}

TrackFacts ReadFacts(int input) {
  TrackFacts facts;
  pollfd waited = {.fd = input, .events = POLLIN, .revents = 0};
  const bool is_there = poll(&waited, 1, kWaitMs) > 0;
  const bool is_whole = is_there && read(input, &facts, sizeof(facts)) == sizeof(facts);
  return is_whole ? facts : TrackFacts();
}

bool IsPossible(const TrackFacts& facts) {
  return facts.codec != AV_CODEC_ID_NONE && 1 <= facts.width && facts.width <= VideoLimits::kSide &&
         1 <= facts.height && facts.height <= VideoLimits::kSide;
}

}  // namespace

std::optional<TrackFacts> FindTrackFacts(int fd, const char* address, const FrameRequest& request,
                                         const SandboxLimits& limits) {
  const bool is_stream = *address != '\0';
  const bool is_twice = is_stream || lseek(fd, 0, SEEK_CUR) >= 0;
  if (!is_twice || !WantsAllFrames(request, is_stream) || !HasDecoderDevices()) return {};
  std::array<int, 2> ends = {-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  const pid_t pid = fork();
  if (pid == 0) Scout(fd, address, request, limits, ends[1]);
  close(ends[1]);
  const TrackFacts facts = pid > 0 ? ReadFacts(ends[0]) : TrackFacts();
  close(ends[0]);
  if (pid > 0) {
    kill(pid, SIGKILL);
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (!is_stream) lseek(fd, 0, SEEK_SET);
  return IsPossible(facts) ? std::optional(facts) : std::nullopt;
}

}  // namespace edgevlm
