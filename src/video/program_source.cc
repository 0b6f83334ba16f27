// Videos that the program beside this one decodes.
#include <algorithm>
#include <array>
#include <utility>

#include "video/decoder_program.h"

namespace edgevlm {
namespace {

constexpr const char* kMedium = "video";

class ProgramStream final : public FrameStream {
 public:
  explicit ProgramStream(std::unique_ptr<DecoderProgram> program) : program_(std::move(program)) {}

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
    if (!message) return program_->Explained(message.error());
    if (auto* const frame = std::get_if<VideoFrame>(&*message)) {
      return std::optional<VideoFrame>(std::move(*frame));
    }
    end_ = std::get<VideoEnd>(*message).seconds;
    return std::optional<VideoFrame>();
  }

 private:
  std::unique_ptr<DecoderProgram> program_;
  VideoInfo info_;
  std::optional<double> end_;
};

class ProgramSource final : public VideoSource {
 public:
  ProgramSource(DecoderInput input, const DecodingLimits& limits)
      : input_(std::move(input)), limits_(limits) {}

  Result<std::unique_ptr<FrameStream>> Read(const FrameRequest& request) const override {
    auto program = DecoderProgram::Start(input_, ToArguments(request), request.max_side, limits_);
    if (!program) return program.error();
    auto stream = std::make_unique<ProgramStream>(*std::move(program));
    if (auto error = stream->Begin()) return *error;
    return std::unique_ptr<FrameStream>(std::move(stream));
  }

 private:
  DecoderInput input_;
  DecodingLimits limits_;
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
