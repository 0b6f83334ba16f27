// Videos that the program beside this one decodes.
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <string_view>
#include <utility>

#include "video/decoder_program.h"

namespace edgevlm {
namespace {

constexpr const char* kMedium = "video";
constexpr std::string_view kDeviceDecoder = "_v4l2m2m";

// A program that waits for the next request: starting one takes longer than most requests.
class IdleProgram {
 public:
  std::unique_ptr<DecoderProgram> Take() {
    const std::lock_guard lock(mutex_);
    return std::move(program_);
  }
  void Put(std::unique_ptr<DecoderProgram> program) {
    const std::lock_guard lock(mutex_);
    program_ = std::move(program);
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<DecoderProgram> program_;
};

class ProgramStream final : public FrameStream {
 public:
  // idle: gets the program when its frames have come to their end; null: it ends. has_bad_device:
  // is set when the program ends, or is silent, while a device decodes.
  ProgramStream(std::unique_ptr<DecoderProgram> program, std::shared_ptr<IdleProgram> idle,
                std::shared_ptr<std::atomic<bool>> has_bad_device)
      : program_(std::move(program)),
        idle_(std::move(idle)),
        has_bad_device_(std::move(has_bad_device)) {}

  MaybeError Begin() {
    Result<VideoMessage> first = program_->messages().Next();
    if (!first) return program_->Explained(first.error());
    info_ = std::get<VideoInfo>(*std::move(first));
    return std::nullopt;
  }

  const VideoInfo& info() const override { return info_; }
  std::optional<double> end_seconds() const override { return end_; }

  Result<std::optional<VideoFrame>> Next() override {
    if (end_) return std::optional<VideoFrame>();
    Result<VideoMessage> message = program_->messages().Next();
    if (!message) {
      const bool has_device = info_.decoder.ends_with(kDeviceDecoder);
      if (has_device && message.error().code == ErrorCode::kIo) *has_bad_device_ = true;
      return program_->Explained(message.error());
    }
    if (auto* const frame = std::get_if<VideoFrame>(&*message)) {
      return std::optional<VideoFrame>(std::move(*frame));
    }
    end_ = std::get<VideoEnd>(*message).seconds;
    if (idle_ != nullptr) idle_->Put(std::move(program_));
    return std::optional<VideoFrame>();
  }

 private:
  std::unique_ptr<DecoderProgram> program_;
  std::shared_ptr<IdleProgram> idle_;
  std::shared_ptr<std::atomic<bool>> has_bad_device_;
  VideoInfo info_;
  std::optional<double> end_;
};

// Whether there may be devices that decode: cameras are listed with them.
bool HasVideoDevices() {
  DIR* const folder = opendir("/dev");
  if (folder == nullptr) return false;
  bool is_found = false;
  while (const dirent* const entry = is_found ? nullptr : readdir(folder)) {
    is_found = std::string_view(entry->d_name).starts_with("video");
  }
  closedir(folder);
  return is_found;
}

bool IsFile(const DecoderInput& input) {
  return input.file.get() >= 0 && lseek(input.file.get(), 0, SEEK_CUR) >= 0;
}

class ProgramSource final : public VideoSource {
 public:
  ProgramSource(DecoderInput input, const DecodingLimits& limits)
      : input_(std::move(input)),
        limits_(limits),
        idle_(IsFile(input_) ? std::make_shared<IdleProgram>() : nullptr) {}

  Result<std::unique_ptr<FrameStream>> Read(const FrameRequest& request) const override {
    auto program = ProgramFor(request);
    if (!program) return program.error();
    auto stream = std::make_unique<ProgramStream>(*std::move(program), idle_, has_bad_device_);
    if (auto error = stream->Begin()) return *error;
    return std::unique_ptr<FrameStream>(std::move(stream));
  }

 private:
  Result<std::unique_ptr<DecoderProgram>> ProgramFor(const FrameRequest& request) const {
    // A device is opened before the first request only.
    DecodingLimits limits = limits_;
    limits.may_use_hardware = limits_.may_use_hardware && !*has_bad_device_;
    const bool wants_device =
        limits.may_use_hardware && request.wants_frames && request.times.empty();
    if (idle_ != nullptr && !(wants_device && HasVideoDevices())) {
      auto idle = idle_->Take();
      // One that has ended meanwhile is as good as none.
      if (idle != nullptr && !idle->Ask(ToArguments(request), request.max_side)) return idle;
    }
    return DecoderProgram::Start(input_, ToArguments(request), request.max_side, limits);
  }

  DecoderInput input_;
  DecodingLimits limits_;
  // Null: the input can be read once.
  const std::shared_ptr<IdleProgram> idle_;
  const std::shared_ptr<std::atomic<bool>> has_bad_device_ =
      std::make_shared<std::atomic<bool>>(false);
};

Result<std::unique_ptr<VideoSource>> SourceOf(Result<DecoderInput> input,
                                              const DecodingLimits& limits) {
  if (!input) return input.error();
  return std::unique_ptr<VideoSource>(std::make_unique<ProgramSource>(*std::move(input), limits));
}

}  // namespace

Result<std::unique_ptr<VideoSource>> OpenVideoFile(const std::string& path,
                                                   const DecodingLimits& limits) {
  return SourceOf(DecoderInput::OfFile(path, kMedium), limits);
}

bool IsStreamAddress(std::string_view text) {
  constexpr std::array<std::string_view, 4> kSchemes = {"rtsp://", "rtsps://", "http://",
                                                        "https://"};
  return std::ranges::any_of(kSchemes,
                             [&](std::string_view scheme) { return text.starts_with(scheme); });
}

Result<std::unique_ptr<VideoSource>> OpenVideoStream(const std::string& address,
                                                     const DecodingLimits& limits) {
  return SourceOf(DecoderInput::OfStream(address), limits);
}

Result<std::unique_ptr<VideoSource>> OpenVideoInput(const DecodingLimits& limits) {
  return SourceOf(DecoderInput::OfStandardInput(kMedium), limits);
}

Result<std::unique_ptr<VideoSource>> OpenVideoBytes(const std::string& name,
                                                    std::span<const std::byte> bytes,
                                                    const DecodingLimits& limits) {
  return SourceOf(DecoderInput::OfBytes(name, bytes, kMedium), limits);
}

}  // namespace edgevlm
