// Videos that the program beside this one decodes.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "video/child_process.h"
#include "video/messages.h"
#include "video/video_source.h"

namespace edgevlm {
namespace {

constexpr const char* kProgram = "edgevlm-video";

Error SystemError(const std::string& name, int number) {
  return {number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
          name + ": cannot be read: " + std::generic_category().message(number)};
}

// Beside this program, or where it is installed.
Result<std::string> FindProgram(const std::string& name) {
  std::error_code failed;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
  for (const auto& path : {folder / kProgram, folder / "../libexec/edgevlm" / kProgram}) {
    if (!failed && access(path.c_str(), X_OK) == 0) return path.string();
  }
  return Error{ErrorCode::kUnsupported,
               name + ": video: expected the program " + kProgram +
                   " beside edgevlm, found none: it is built with EDGEVLM_VIDEO=ON, which needs "
                   "FFmpeg's libraries (Debian: libavformat-dev libswscale-dev libseccomp-dev)"};
}

class ProgramStream final : public FrameStream {
 public:
  ProgramStream(std::string name, ChildProcess child, const FrameRequest& request,
                const DecodingLimits& limits)
      : name_(std::move(name)),
        child_(std::move(child)),
        reader_([this](std::span<std::byte> bytes) { return ReadOutput(bytes); }, request.max_side),
        limits_(limits) {}

  MaybeError Begin() {
    Result<VideoMessage> first = reader_.Next();
    if (!first) return Explained(first.error());
    info_ = std::get<VideoInfo>(*std::move(first));
    return std::nullopt;
  }

  const VideoInfo& info() const override { return info_; }
  std::optional<double> end_seconds() const override { return end_; }

  Result<std::optional<VideoFrame>> Next() override {
    if (end_) return std::optional<VideoFrame>();
    Result<VideoMessage> message = reader_.Next();
    if (!message) return Explained(message.error());
    if (auto* const frame = std::get_if<VideoFrame>(&*message)) {
      return std::optional<VideoFrame>(std::move(*frame));
    }
    end_ = std::get<VideoEnd>(*message).seconds;
    return std::optional<VideoFrame>();
  }

 private:
  Result<std::size_t> ReadOutput(std::span<std::byte> bytes) {
    constexpr int kWaitMs = 200;
    for (int waited_ms = 0; waited_ms < 1000 * limits_.silent_seconds; waited_ms += kWaitMs) {
      if (limits_.is_cancelled && limits_.is_cancelled()) {
        return Error{ErrorCode::kCancelled, "cancelled"};
      }
      const Result<bool> has_output = child_.WaitForOutput(kWaitMs);
      if (!has_output) return has_output.error();
      if (*has_output) return child_.Read(bytes);
    }
    return Error{ErrorCode::kIo, "expected a frame within " +
                                     std::to_string(limits_.silent_seconds) + " s, found none"};
  }

  // If the messages just stop, how the program ended is what happened.
  Error Explained(const Error& error) {
    const bool just_stops = error.code == ErrorCode::kIo && error.message == MessageReader::kNoEnd;
    return {error.code,
            name_ + ": video: " +
                (just_stops ? "expected frames, found the decoder ended by " + child_.End()
                            : error.message)};
  }

  std::string name_;
  ChildProcess child_;
  MessageReader reader_;
  const DecodingLimits limits_;
  VideoInfo info_;
  std::optional<double> end_;
};

class ProgramSource final : public VideoSource {
 public:
  // Of a file, or of a stream, whose address is its name.
  ProgramSource(std::string name, std::string program, OwnedFd file, const DecodingLimits& limits)
      : name_(std::move(name)),
        program_(std::move(program)),
        file_(std::move(file)),
        limits_(limits) {}

  Result<std::unique_ptr<FrameStream>> Read(const FrameRequest& request) const override {
    const bool is_stream = file_.get() < 0;
    std::vector<std::string> arguments = {std::to_string(limits_.processor_seconds),
                                          std::to_string(limits_.memory_mib),
                                          is_stream ? name_ : ""};
    for (std::string& argument : ToArguments(request)) arguments.push_back(std::move(argument));
    OwnedFd file;
    if (!is_stream) {
      // Each program gets a position of its own in the file.
      const std::string path = "/proc/self/fd/" + std::to_string(file_.get());
      file = OwnedFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
      // A socket has no path.
      if (file.get() < 0) file = OwnedFd(fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
      if (file.get() < 0) return SystemError(name_, errno);
    }
    Result<ChildProcess> child = ChildProcess::Start(program_, arguments, file.get());
    if (!child) return Error{child.error().code, name_ + ": video: " + child.error().message};
    auto stream = std::make_unique<ProgramStream>(name_, *std::move(child), request, limits_);
    if (auto error = stream->Begin()) return *error;
    return std::unique_ptr<FrameStream>(std::move(stream));
  }

 private:
  std::string name_;
  std::string program_;
  OwnedFd file_;
  DecodingLimits limits_;
};

}  // namespace

bool HasVideoProgram() { return FindProgram("").ok(); }

Result<std::unique_ptr<VideoSource>> OpenVideoFile(const std::string& path,
                                                   const DecodingLimits& limits) {
  Result<std::string> program = FindProgram(path);
  if (!program) return program.error();
  OwnedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return SystemError(path, errno);
  struct stat status = {};
  if (fstat(file.get(), &status) != 0) return SystemError(path, errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorCode::kInvalid, path + ": video: expected a file, found something else"};
  }
  return std::unique_ptr<VideoSource>(
      std::make_unique<ProgramSource>(path, *std::move(program), std::move(file), limits));
}

bool IsStreamAddress(std::string_view text) {
  constexpr std::array<std::string_view, 4> kSchemes = {"rtsp://", "rtsps://", "http://",
                                                        "https://"};
  return std::ranges::any_of(kSchemes,
                             [&](std::string_view scheme) { return text.starts_with(scheme); });
}

Result<std::unique_ptr<VideoSource>> OpenVideoStream(const std::string& address,
                                                     const DecodingLimits& limits) {
  Result<std::string> program = FindProgram(address);
  if (!program) return program.error();
  return std::unique_ptr<VideoSource>(
      std::make_unique<ProgramSource>(address, *std::move(program), OwnedFd(), limits));
}

Result<std::unique_ptr<VideoSource>> OpenVideoInput(const DecodingLimits& limits) {
  const std::string name = "standard input";
  Result<std::string> program = FindProgram(name);
  if (!program) return program.error();
  OwnedFd file(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  if (file.get() < 0) return SystemError(name, errno);
  return std::unique_ptr<VideoSource>(
      std::make_unique<ProgramSource>(name, *std::move(program), std::move(file), limits));
}

Result<std::unique_ptr<VideoSource>> OpenVideoBytes(const std::string& name,
                                                    std::span<const std::byte> bytes,
                                                    const DecodingLimits& limits) {
  Result<std::string> program = FindProgram(name);
  if (!program) return program.error();
  OwnedFd file(memfd_create("video", MFD_CLOEXEC));
  if (file.get() < 0) return SystemError(name, errno);
  while (!bytes.empty()) {
    const ssize_t count = write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return SystemError(name, errno);
    if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return std::unique_ptr<VideoSource>(
      std::make_unique<ProgramSource>(name, *std::move(program), std::move(file), limits));
}

}  // namespace edgevlm
