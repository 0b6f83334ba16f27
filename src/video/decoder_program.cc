#include "video/decoder_program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace edgevlm {
namespace {

constexpr const char* kProgram = "edgevlm-video";

Error SystemError(const std::string& name, int number) {
  return {number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
          name + ": cannot be read: " + std::generic_category().message(number)};
}

// What errors begin with. A part of a request may be called what it is.
std::string PrefixOf(const std::string& name, const std::string& medium) {
  return (name.empty() || name == medium ? "" : name + ": ") + medium + ": ";
}

Result<DecoderInput> InputOf(const std::string& name, const std::string& medium) {
  auto path = FindProgram(kProgram);
  if (path) return DecoderInput{.name = name, .medium = medium, .program = *std::move(path)};
  return Error{ErrorCode::kUnsupported,
               PrefixOf(name, medium) + "expected the program " + kProgram +
                   " beside edgevlm, found none: it is built with EDGEVLM_VIDEO=ON, which needs "
                   "FFmpeg's libraries (Debian: libavformat-dev libswscale-dev libswresample-dev "
                   "libseccomp-dev)"};
}

}  // namespace

Result<DecoderInput> DecoderInput::OfFile(const std::string& path, const std::string& medium) {
  Result<DecoderInput> input = InputOf(path, medium);
  if (!input) return input;
  input->file = OwnedFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (input->file.get() < 0) return SystemError(path, errno);
  struct stat status = {};
  if (fstat(input->file.get(), &status) != 0) return SystemError(path, errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorCode::kInvalid,
                 path + ": " + medium + ": expected a file, found something else"};
  }
  return input;
}

Result<DecoderInput> DecoderInput::OfStream(const std::string& address) {
  return InputOf(address, "video");
}

Result<DecoderInput> DecoderInput::OfStandardInput(const std::string& medium) {
  Result<DecoderInput> input = InputOf("standard input", medium);
  if (!input) return input;
  input->file = OwnedFd(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  if (input->file.get() < 0) return SystemError(input->name, errno);
  return input;
}

Result<DecoderInput> DecoderInput::OfBytes(const std::string& name,
                                           std::span<const std::byte> bytes,
                                           const std::string& medium) {
  Result<DecoderInput> input = InputOf(name, medium);
  if (!input) return input;
  input->file = MemoryFile(medium, bytes);
  if (input->file.get() < 0) return SystemError(name, errno);
  return input;
}

bool HasDecoderProgram() { return FindProgram(kProgram).has_value(); }

Result<std::unique_ptr<DecoderProgram>> DecoderProgram::Start(
    const DecoderInput& input, const std::vector<std::string>& request, int max_side,
    const DecodingLimits& limits) {
  const bool is_stream = input.file.get() < 0;
  std::vector<std::string> arguments = {
      std::to_string(limits.processor_seconds), std::to_string(limits.memory_mib),
      is_stream ? input.name : "", limits.may_use_hardware ? "1" : "0"};
  arguments.insert(arguments.end(), request.begin(), request.end());
  OwnedFd file;
  if (!is_stream) {
    // Each program gets a position of its own in the file.
    const std::string path = "/proc/self/fd/" + std::to_string(input.file.get());
    file = OwnedFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    // A socket has no path.
    if (file.get() < 0) file = OwnedFd(fcntl(input.file.get(), F_DUPFD_CLOEXEC, 0));
    if (file.get() < 0) return SystemError(input.name, errno);
  }
  Result<ChildProcess> child = ChildProcess::Start(input.program, arguments, file.get());
  if (!child) {
    return Error{child.error().code, PrefixOf(input.name, input.medium) + child.error().message};
  }
  return std::unique_ptr<DecoderProgram>(
      new DecoderProgram(input, *std::move(child), max_side, limits));
}

DecoderProgram::DecoderProgram(const DecoderInput& input, ChildProcess child, int max_side,
                               const DecodingLimits& limits)
    : prefix_(PrefixOf(input.name, input.medium)),
      child_(std::move(child)),
      reader_(NewReader(max_side)),
      limits_(limits) {}

MessageReader DecoderProgram::NewReader(int max_side) {
  return {[this](std::span<std::byte> bytes) { return ReadOutput(bytes); }, max_side};
}

MaybeError DecoderProgram::Ask(const std::vector<std::string>& arguments, int max_side) {
  std::string text;
  for (const std::string& argument : arguments) text += argument + "\n";
  text += kRequestEnd;
  if (auto error = child_.Send(text)) return error;
  reader_ = NewReader(max_side);
  return std::nullopt;
}

Result<std::size_t> DecoderProgram::ReadOutput(std::span<std::byte> bytes) {
  constexpr int kWaitMs = 200;
  for (int waited_ms = 0; waited_ms < 1000 * limits_.silent_seconds; waited_ms += kWaitMs) {
    if (limits_.is_cancelled && limits_.is_cancelled()) {
      return Error{ErrorCode::kCancelled, "cancelled"};
    }
    const Result<bool> has_output = child_.WaitForOutput(kWaitMs);
    if (!has_output) return has_output.error();
    if (*has_output) return child_.Read(bytes);
  }
  return Error{ErrorCode::kIo, "expected a frame within " + std::to_string(limits_.silent_seconds) +
                                   " s, found none"};
}

Error DecoderProgram::Explained(const Error& error) {
  const bool just_stops = error.code == ErrorCode::kIo && error.message == MessageReader::kNoEnd;
  return {error.code,
          prefix_ + (just_stops ? "expected frames, found the decoder ended by " + child_.End()
                                : error.message)};
}

}  // namespace edgevlm
