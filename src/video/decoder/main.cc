// edgevlm-video: decodes the video that it finds open, and sends frames, or its sound, to the
// program that started it (messages.h). A program of its own, as decoders are the largest parser
// that EdgeVLM uses, and the one that is attacked most: what breaks here ends here (sandbox.h).
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "video/child_process.h"
#include "video/decoder/ffmpeg_file.h"
#include "video/decoder/ffmpeg_sound.h"
#include "video/decoder/sandbox.h"
#include "video/decoder/scout.h"
#include "video/decoder/webp_animation.h"

namespace edgevlm {
namespace {

bool WriteAll(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(kChildOutputFd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

int ReadInt(const char* text) {
  int value = 0;
  std::from_chars(text, text + std::strlen(text), value);
  return value;
}

MaybeError Decode(const char* address, const FrameRequest& request, HardwareDecoder hardware) {
  if (*address == '\0' && IsWebp(kChildSourceFd)) {
    return DecodeWebpAnimation(kChildSourceFd, request, WriteAll);
  }
  return DecodeWithFfmpeg(kChildSourceFd, address, request, WriteAll, std::move(hardware));
}

using Arguments = std::span<const char* const>;

bool IsForSound(const char* address, Arguments arguments) {
  return *address == '\0' && !arguments.empty() && std::strcmp(arguments[0], kSoundArgument) == 0;
}

MaybeError DecodeRequest(const char* address, Arguments arguments, HardwareDecoder hardware = {}) {
  if (IsForSound(address, arguments)) {
    const Result<SoundRequest> request = ParseSoundArguments(arguments);
    return request ? DecodeSound(kChildSourceFd, *request, WriteAll) : request.error();
  }
  const Result<FrameRequest> request = ParseArguments(arguments);
  return request ? Decode(address, *request, std::move(hardware)) : request.error();
}

// The arguments of the next request; nothing if there is none.
std::optional<std::vector<std::string>> ReadRequest() {
  std::vector<std::string> arguments;
  std::string argument;
  std::array<char, 4096> bytes = {};
  while (true) {
    const ssize_t count = read(kChildRequestFd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    for (const char c : std::span(bytes).first(static_cast<std::size_t>(count))) {
      if (c == kRequestEnd) return arguments;
      if (c == '\n') {
        arguments.push_back(std::exchange(argument, {}));
      } else {
        argument += c;
      }
    }
  }
}

// A device of this machine for the first request, if one is of use.
HardwareDecoder FindHardware(const char* address, Arguments arguments,
                             const SandboxLimits& limits) {
  if (IsForSound(address, arguments)) return {};
  const Result<FrameRequest> request = ParseArguments(arguments);
  if (!request) return {};
  const auto facts = FindTrackFacts(kChildSourceFd, address, *request, limits);
  return facts ? OpenHardwareDecoder(*facts) : HardwareDecoder();
}

// arguments: seconds of processor time, MiB of memory, the address of a stream or nothing, 1 if
// the machine's decoders may be used, and those of the request.
constexpr std::size_t kOwnArguments = 4;

void Run(Arguments arguments) {
  const char* const address = arguments[2];
  SandboxLimits limits = {.processor_seconds = ReadInt(arguments[0]),
                          .memory_mib = ReadInt(arguments[1]),
                          .has_network = *address != '\0'};
  const bool may_use_hardware = ReadInt(arguments[3]) == 1;
  arguments = arguments.subspan(kOwnArguments);
  av_log_set_level(AV_LOG_QUIET);
  HardwareDecoder hardware;
  if (may_use_hardware) hardware = FindHardware(address, arguments, limits);
  limits.device = hardware.device;
  EnterSandbox(limits);
  MaybeError error = DecodeRequest(address, arguments, std::move(hardware));
  while (!error && *address == '\0') {
    const auto next = ReadRequest();
    if (!next) return;
    lseek(kChildSourceFd, 0, SEEK_SET);
    std::vector<const char*> texts;
    for (const std::string& argument : *next) texts.push_back(argument.c_str());
    error = DecodeRequest(address, texts);
  }
  if (error) WriteMessage(*error, WriteAll);
}

}  // namespace
}  // namespace edgevlm

int main(int argc, char** argv) {
  if (argc <= static_cast<int>(edgevlm::kOwnArguments)) {
    std::fputs("edgevlm-video: edgevlm starts it to decode videos; it is of no use by itself\n",
               stderr);
    return 2;
  }
  try {
    edgevlm::Run({argv + 1, static_cast<std::size_t>(argc) - 1});
  } catch (const std::bad_alloc&) {
    edgevlm::WriteMessage(edgevlm::Error{edgevlm::ErrorCode::kTooLarge,
                                         "expected less memory for its frames, found none left"},
                          edgevlm::WriteAll);
  }
  // Nothing is left to do that the system does not do faster.
  _exit(0);
}
