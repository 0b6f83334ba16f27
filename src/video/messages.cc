#include "video/messages.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "video/frame_request.h"

namespace edgevlm {
namespace {

enum class Kind : std::uint8_t {
  kInfo = 1,
  kFrame = 2,
  kEnd = 3,
  kError = 4,
  kTrack = 5,
  kSamples = 6
};

constexpr std::size_t kHeaderBytes = 5;
constexpr std::size_t kFrameHeaderBytes = 16;
constexpr std::size_t kInfoBytes = 24;
constexpr std::size_t kTrackBytes = 16;
constexpr std::size_t kMaxTextBytes = 500;
// No clock of a video goes further: a million years.
constexpr double kMaxSeconds = 3.2e13;

Error Corrupt(const std::string& what) {
  return {ErrorCode::kCorrupt, "expected a message of the decoder, found " + what};
}

Error UnknownKind(Kind kind) {
  return Corrupt("one of kind " + std::to_string(static_cast<int>(kind)));
}

std::vector<std::byte> Begin(Kind kind, std::size_t size) {
  std::vector<std::byte> bytes = {static_cast<std::byte>(kind)};
  bytes.reserve(kHeaderBytes + kInfoBytes + kMaxTextBytes);
  ByteWriter writer(bytes);
  writer.Put(static_cast<std::uint32_t>(size));
  return bytes;
}

bool IsTime(double seconds) { return std::isfinite(seconds) && std::abs(seconds) <= kMaxSeconds; }

}  // namespace

bool WriteMessage(const VideoInfo& info, const WriteBytes& write) {
  const std::string names = (info.codec + "\n" + info.decoder).substr(0, kMaxTextBytes);
  std::vector<std::byte> bytes = Begin(Kind::kInfo, kInfoBytes + names.size());
  ByteWriter writer(bytes);
  writer.Put(static_cast<std::uint32_t>(info.width));
  writer.Put(static_cast<std::uint32_t>(info.height));
  writer.Put(info.seconds);
  writer.Put(info.frames_per_second);
  writer.Put(std::as_bytes(std::span(names)));
  return write(bytes);
}

bool WriteMessage(const TrackInfo& info, const WriteBytes& write) {
  const std::string codec = info.codec.substr(0, kMaxTextBytes);
  std::vector<std::byte> bytes = Begin(Kind::kTrack, kTrackBytes + codec.size());
  ByteWriter writer(bytes);
  writer.Put(static_cast<std::uint32_t>(info.rate));
  writer.Put(static_cast<std::uint32_t>(info.channels));
  writer.Put(info.seconds);
  writer.Put(std::as_bytes(std::span(codec)));
  return write(bytes);
}

bool WriteMessage(const VideoEnd& end, const WriteBytes& write) {
  std::vector<std::byte> bytes = Begin(Kind::kEnd, sizeof(double));
  ByteWriter(bytes).Put(end.seconds);
  return write(bytes);
}

bool WriteMessage(const Error& error, const WriteBytes& write) {
  const std::string text = error.message.substr(0, kMaxTextBytes);
  std::vector<std::byte> bytes = Begin(Kind::kError, 1 + text.size());
  ByteWriter writer(bytes);
  writer.Put(static_cast<std::uint8_t>(error.code));
  writer.Put(std::as_bytes(std::span(text)));
  return write(bytes);
}

bool WriteFrame(double seconds, ImageSize size, std::span<const std::byte> pixels,
                const WriteBytes& write) {
  std::vector<std::byte> bytes = Begin(Kind::kFrame, kFrameHeaderBytes + pixels.size());
  ByteWriter writer(bytes);
  writer.Put(seconds);
  writer.Put(static_cast<std::uint32_t>(size.width));
  writer.Put(static_cast<std::uint32_t>(size.height));
  return write(bytes) && write(pixels);
}

bool WriteSamples(std::span<const float> samples, const WriteBytes& write) {
  std::vector<std::byte> bytes = Begin(Kind::kSamples, samples.size_bytes());
  ByteWriter(bytes).Put(std::as_bytes(samples));
  return write(bytes);
}

struct MessageReader::Header {
  Kind kind;
  std::size_t size;
};

MaybeError MessageReader::Read(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const Result<std::size_t> read = read_(bytes);
    if (!read) return read.error();
    if (*read == 0) return Error{ErrorCode::kIo, kNoEnd};
    bytes = bytes.subspan(*read);
  }
  return std::nullopt;
}

Result<VideoMessage> MessageReader::ReadInfo(std::size_t size) {
  if (size < kInfoBytes || size > kInfoBytes + kMaxTextBytes) {
    return Corrupt("facts of " + std::to_string(size) + " bytes");
  }
  std::vector<std::byte> bytes(size);
  if (auto error = Read(bytes)) return *error;
  ByteReader reader(bytes);
  const auto width = reader.Get<std::uint32_t>(), height = reader.Get<std::uint32_t>();
  VideoInfo info;
  info.seconds = reader.Get<double>();
  info.frames_per_second = reader.Get<double>();
  const std::string_view names = reader.Text(reader.remaining());
  const std::size_t line_end = names.find('\n');
  info.codec = names.substr(0, line_end);
  if (line_end != std::string_view::npos) info.decoder = names.substr(line_end + 1);
  if (width < 1 || width > VideoLimits::kSide || height < 1 || height > VideoLimits::kSide ||
      !IsTime(info.seconds) || info.seconds < 0 || !IsTime(info.frames_per_second) ||
      info.frames_per_second < 0) {
    return Corrupt("facts out of range");
  }
  info.width = static_cast<int>(width);
  info.height = static_cast<int>(height);
  return VideoMessage(info);
}

Result<VideoMessage> MessageReader::ReadFrame(std::size_t size) {
  std::array<std::byte, kFrameHeaderBytes> header;
  if (size < header.size()) return Corrupt("a frame of " + std::to_string(size) + " bytes");
  if (auto error = Read(header)) return *error;
  ByteReader reader(header);
  const double seconds = reader.Get<double>();
  const auto width = reader.Get<std::uint32_t>(), height = reader.Get<std::uint32_t>();
  const auto most = static_cast<std::uint32_t>(max_side_);
  if (width < 1 || width > most || height < 1 || height > most ||
      size != header.size() + std::size_t{width} * height * 3) {
    return Corrupt("a frame of " + std::to_string(width) + " x " + std::to_string(height));
  }
  if (!IsTime(seconds) || seconds < last_seconds_) return Corrupt("a frame out of order");
  last_seconds_ = seconds;
  VideoFrame frame = {.seconds = seconds,
                      .image = Image(static_cast<int>(width), static_cast<int>(height))};
  if (auto error = Read(std::as_writable_bytes(std::span(frame.image.pixels)))) return *error;
  return VideoMessage(std::move(frame));
}

Result<VideoEnd> MessageReader::ReadEnd(std::size_t size) {
  std::array<std::byte, sizeof(double)> bytes;
  if (size != bytes.size()) return Corrupt("an end of " + std::to_string(size) + " bytes");
  if (auto error = Read(bytes)) return *error;
  const double seconds = ByteReader(bytes).Get<double>();
  if (!IsTime(seconds) || seconds < 0) return Corrupt("an end out of range");
  return VideoEnd{seconds};
}

Result<SoundMessage> MessageReader::ReadTrack(std::size_t size) {
  if (size < kTrackBytes || size > kTrackBytes + kMaxTextBytes) {
    return Corrupt("facts of " + std::to_string(size) + " bytes");
  }
  std::vector<std::byte> bytes(size);
  if (auto error = Read(bytes)) return *error;
  ByteReader reader(bytes);
  const auto rate = reader.Get<std::uint32_t>(), channels = reader.Get<std::uint32_t>();
  TrackInfo info;
  info.seconds = reader.Get<double>();
  info.codec = reader.Text(reader.remaining());
  constexpr std::uint32_t kMost = 1 << 24;
  if (rate < 1 || rate > kMost || channels < 1 || channels > kMost || !IsTime(info.seconds) ||
      info.seconds < 0) {
    return Corrupt("facts out of range");
  }
  info.rate = static_cast<int>(rate);
  info.channels = static_cast<int>(channels);
  return SoundMessage(info);
}

Result<SoundMessage> MessageReader::ReadSamples(std::size_t size) {
  if (size % sizeof(float) != 0 || size > kMostSamples * sizeof(float)) {
    return Corrupt("samples of " + std::to_string(size) + " bytes");
  }
  std::vector<float> samples(size / sizeof(float));
  if (auto error = Read(std::as_writable_bytes(std::span(samples)))) return *error;
  if (!std::ranges::all_of(samples, [](float value) { return std::isfinite(value); })) {
    return Error{ErrorCode::kCorrupt,
                 "expected samples that are finite numbers, found NaN or infinity"};
  }
  return SoundMessage(std::move(samples));
}

Error MessageReader::ReadError(std::size_t size) {
  if (size < 1 || size > 1 + kMaxTextBytes) {
    return Corrupt("an error of " + std::to_string(size) + " bytes");
  }
  std::vector<std::byte> bytes(size);
  if (auto error = Read(bytes)) return *error;
  ByteReader reader(bytes);
  const auto code = reader.Get<std::uint8_t>();
  const std::string_view text = reader.Text(reader.remaining());
  if (code > static_cast<std::uint8_t>(ErrorCode::kCancelled)) return Corrupt("an unknown error");
  return {static_cast<ErrorCode>(code), std::string(text)};
}

Result<MessageReader::Header> MessageReader::ReadHeader(int first) {
  std::array<std::byte, kHeaderBytes> header;
  if (auto error = Read(header)) return *error;
  ByteReader reader(header);
  const auto kind = static_cast<Kind>(reader.Get<std::uint8_t>());
  const std::size_t size = reader.Get<std::uint32_t>();
  if (kind == Kind::kError) return ReadError(size);
  if ((static_cast<int>(kind) == first) == has_begun_) return Corrupt("one out of order");
  has_begun_ = true;
  return Header{kind, size};
}

Result<VideoMessage> MessageReader::Next() {
  const Result<Header> header = ReadHeader(static_cast<int>(Kind::kInfo));
  if (!header) return header.error();
  if (header->kind == Kind::kInfo) return ReadInfo(header->size);
  if (header->kind == Kind::kFrame) return ReadFrame(header->size);
  if (header->kind != Kind::kEnd) return UnknownKind(header->kind);
  const Result<VideoEnd> end = ReadEnd(header->size);
  if (!end) return end.error();
  return VideoMessage(*end);
}

Result<SoundMessage> MessageReader::NextSound() {
  const Result<Header> header = ReadHeader(static_cast<int>(Kind::kTrack));
  if (!header) return header.error();
  if (header->kind == Kind::kTrack) return ReadTrack(header->size);
  if (header->kind == Kind::kSamples) return ReadSamples(header->size);
  if (header->kind != Kind::kEnd) return UnknownKind(header->kind);
  const Result<VideoEnd> end = ReadEnd(header->size);
  if (!end) return end.error();
  return SoundMessage(*end);
}

}  // namespace edgevlm
