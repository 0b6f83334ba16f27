#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include "audio/sample_source.h"
#include "audio/sound_format.h"
#include "audio/sound_reader.h"
#include "base/file_kind.h"
#include "base/mapped_file.h"
#include "video/sound_track.h"

namespace edgevlm {
namespace {

constexpr const char* kMedium = "sound";

// Drops what lies before the part, and ends where it does.
class PartOfSource final : public SampleSource {
 public:
  PartOfSource(std::unique_ptr<SampleSource> source, const SoundPart& part)
      : source_(std::move(source)),
        before_(part.from_s * kSampleRate),
        left_((part.to_s - part.from_s) * kSampleRate) {}

  const SoundInfo& info() const override { return source_->info(); }

  Result<std::size_t> Read(std::size_t count, std::vector<float>& samples) override {
    constexpr std::size_t kSkipped = 1 << 14;
    while (before_ >= 1) {
      std::vector<float> skipped;
      const auto wanted = static_cast<std::size_t>(std::min<double>(before_, kSkipped));
      const Result<std::size_t> read = source_->Read(wanted, skipped);
      if (!read) return read;
      before_ = *read < wanted ? 0 : before_ - static_cast<double>(*read);
    }
    const auto most = static_cast<std::size_t>(std::clamp(left_, 0.0, static_cast<double>(count)));
    const Result<std::size_t> read = source_->Read(most, samples);
    if (read) left_ -= static_cast<double>(*read);
    return read;
  }

 private:
  std::unique_ptr<SampleSource> source_;
  double before_;  // samples
  double left_;
};

// What the program decodes.
class ProgramSound final : public SampleSource {
 public:
  explicit ProgramSound(SoundTrack track)
      : track_(std::move(track)),
        info_({.format = track_.info().codec,
               .rate = track_.info().rate,
               .channels = track_.info().channels,
               .seconds = track_.info().seconds}) {}

  const SoundInfo& info() const override { return info_; }

  Result<std::size_t> Read(std::size_t count, std::vector<float>& samples) override {
    std::size_t read = 0;
    while (read < count) {
      if (used_ == ready_.size()) {
        Result<std::vector<float>> next = track_.Next();
        if (!next) return next.error();
        if (next->empty()) break;
        ready_ = *std::move(next);
        used_ = 0;
      }
      const std::size_t part = std::min(count - read, ready_.size() - used_);
      const auto from = ready_.begin() + static_cast<std::ptrdiff_t>(used_);
      samples.insert(samples.end(), from, from + static_cast<std::ptrdiff_t>(part));
      used_ += part;
      read += part;
    }
    return read;
  }

 private:
  SoundTrack track_;
  SoundInfo info_;
  std::vector<float> ready_;  // samples that were not asked for yet,
  std::size_t used_ = 0;      // but for so many
};

// A source with what it reads from.
class OwningSource final : public SampleSource {
 public:
  explicit OwningSource(MappedFile file) : mapped_(std::move(file)) {}
  explicit OwningSource(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  MaybeError Open(const SoundPart& part) {
    auto source = OpenSound(mapped_ ? mapped_->bytes() : bytes_, part);
    if (!source) return source.error();
    source_ = *std::move(source);
    return std::nullopt;
  }

  const SoundInfo& info() const override { return source_->info(); }
  Result<std::size_t> Read(std::size_t count, std::vector<float>& samples) override {
    return source_->Read(count, samples);
  }

 private:
  std::optional<MappedFile> mapped_;
  std::vector<std::byte> bytes_;
  std::unique_ptr<SampleSource> source_;
};

template <class Owned>
Result<std::unique_ptr<SampleSource>> OpenOwned(Owned owned, const SoundPart& part) {
  auto source = std::make_unique<OwningSource>(std::move(owned));
  if (auto error = source->Open(part)) return *error;
  return std::unique_ptr<SampleSource>(std::move(source));
}

Result<std::unique_ptr<SampleSource>> OpenWithProgram(Result<DecoderInput> input,
                                                      const SoundPart& part, DecodingLimits limits,
                                                      const SoundLimits& most) {
  if (!input) return input.error();
  limits.is_cancelled = part.is_cancelled;
  Result<SoundTrack> track = SoundTrack::Open(*input,
                                              {.from_seconds = part.from_s,
                                               .to_seconds = part.to_s,
                                               .most_channels = most.channels,
                                               .lowest_rate = most.lowest_rate,
                                               .highest_rate = most.highest_rate,
                                               .most_seconds = most.seconds},
                                              limits);
  if (!track) return track.error();
  return std::unique_ptr<SampleSource>(std::make_unique<ProgramSound>(*std::move(track)));
}

Result<std::unique_ptr<SampleSource>> OpenHere(std::span<const std::byte> file,
                                               const SoundPart& part) {
  auto reader = SoundReader::Open(file);
  if (!reader) return reader.error();
  std::unique_ptr<SampleSource> source = std::make_unique<SoundReader>(*std::move(reader));
  if (part.from_s == 0 && std::isinf(part.to_s)) return source;
  return std::unique_ptr<SampleSource>(std::make_unique<PartOfSource>(std::move(source), part));
}

// Whether the program is to decode a file: not those that are read here. Errors: kUnsupported,
// kCorrupt (it is shorter than it says).
Result<bool> IsForProgram(std::span<const std::byte> file) {
  const auto format = SoundFormatOf(file);
  if (!HasDecoderProgram()) return format ? Result<bool>(false) : format.error();
  if (!format && !IsOtherSound(file) && !IsVideo(file)) {
    return Error{format.error().code,
                 "sound: expected WAV, FLAC, Ogg, MP3, M4A, MP4, WebM or the "
                 "like, found " +
                     DescribeFile(file)};
  }
  if (!format) return true;
  if (auto error = CheckLength(file, *format)) return *error;
  return *format != std::string_view("wav") && *format != std::string_view("flac");
}

Result<std::unique_ptr<SampleSource>> OpenPipe(const SoundPart& part) {
  if (HasDecoderProgram()) {
    // Somebody may be silent for long, or speak for weeks.
    constexpr int kDay = 24 * 3600;
    SoundLimits most;
    most.seconds = 0;
    return OpenWithProgram(DecoderInput::OfStandardInput(kMedium), part,
                           {.silent_seconds = kDay, .processor_seconds = 0}, most);
  }
  constexpr std::size_t kMostBytes = std::size_t{256} << 20, kChunkBytes = 1 << 16;
  std::vector<std::byte> bytes;
  for (std::size_t read = kChunkBytes; read == kChunkBytes;) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kChunkBytes);
    read = std::fread(bytes.data() + size, 1, kChunkBytes, stdin);
    bytes.resize(size + read);
    if (bytes.size() > kMostBytes) {
      return Error{ErrorCode::kTooLarge, "expected at most 256 MiB"};
    }
  }
  return OpenOwned(std::move(bytes), part);
}

}  // namespace

Result<std::unique_ptr<SampleSource>> OpenSound(std::span<const std::byte> file,
                                                const SoundPart& part) {
  const Result<bool> for_program = IsForProgram(file);
  if (!for_program) return for_program.error();
  if (!*for_program) return OpenHere(file, part);
  return OpenWithProgram(DecoderInput::OfBytes("", file, kMedium), part, {}, {});
}

Result<std::unique_ptr<SampleSource>> OpenSoundFile(const std::string& path,
                                                    const SoundPart& part) {
  struct stat status = {};
  const bool is_pipe = path == "-" && fstat(STDIN_FILENO, &status) == 0 && !S_ISREG(status.st_mode);
  if (is_pipe) return OpenPipe(part);
  const std::string file = path == "-" ? "/dev/stdin" : path;
  auto mapped = MappedFile::Open(file);
  if (!mapped) return mapped.error();
  const Result<bool> for_program = IsForProgram(mapped->bytes());
  if (!for_program) return for_program.error();
  if (!*for_program) return OpenOwned(*std::move(mapped), part);
  return OpenWithProgram(DecoderInput::OfFile(file, kMedium), part, {}, {});
}

}  // namespace edgevlm
