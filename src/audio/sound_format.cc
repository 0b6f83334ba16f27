#include "audio/sound_format.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/file_kind.h"

namespace edgevlm {
namespace {

constexpr std::uint32_t kUnknownLength = std::numeric_limits<std::uint32_t>::max();

std::string_view Head(std::span<const std::byte> file, std::size_t bytes) {
  return {reinterpret_cast<const char*>(file.data()), std::min(file.size(), bytes)};
}

bool IsWav(std::string_view head) {
  return head.size() >= 12 && (head.starts_with("RIFF") || head.starts_with("RF64")) &&
         head.substr(8, 4) == "WAVE";
}

// The header of an MPEG audio frame, layer III: eleven bits of sync, then a version, a bit rate and
// a sample rate that exist (ISO 11172-3, 2.4.1.3).
bool IsMpegFrame(std::string_view head) {
  if (head.size() < 4) return false;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
  const int version = byte(1) >> 3 & 3, layer = byte(1) >> 1 & 3;
  return byte(0) == 0xFF && byte(1) >= 0xE0 && version != 1 && layer == 1 && byte(2) >> 4 != 15 &&
         (byte(2) >> 2 & 3) != 3;
}

Error TooShort(const std::string& what, std::uint64_t expected, std::uint64_t found) {
  return {ErrorCode::kCorrupt, what + ": expected " + std::to_string(expected) + " bytes, found " +
                                   std::to_string(found)};
}

MaybeError CheckWav(std::span<const std::byte> file) {
  ByteReader in(file);
  in.ReadBytes(12);
  std::uint64_t long_data_bytes = 0;  // of RF64, whose chunk of samples has no length
  while (in.ok()) {
    const std::string_view name = in.Text(4);
    const auto bytes = in.Get<std::uint32_t>();
    if (!in.ok()) break;
    if (name == "data") {
      const bool is_unknown = bytes == 0 || bytes == kUnknownLength;
      const std::uint64_t expected = is_unknown ? long_data_bytes : bytes;
      if (expected <= in.remaining()) return std::nullopt;
      return TooShort("wav: chunk 'data'", expected, in.remaining());
    }
    if (bytes > in.remaining()) return TooShort("wav: header", bytes, in.remaining());
    if (name == "ds64" && bytes >= 16) {
      ByteReader lengths(file.subspan(in.position() + 8));
      long_data_bytes = lengths.Get<std::uint64_t>();
    }
    // Chunks start at even offsets.
    in.ReadBytes(std::min<std::uint64_t>(bytes + std::uint64_t{bytes & 1}, in.remaining()));
  }
  return Error{ErrorCode::kCorrupt, "wav: expected a chunk 'data', found none"};
}

std::uint32_t BigEndian(std::span<const std::byte> bytes) {
  std::uint32_t number = 0;
  for (const std::byte byte : bytes) number = number << 8 | std::to_integer<std::uint32_t>(byte);
  return number;
}

// The bytes of an ID3v2 tag at the start of a file: its sizes have seven bits a byte.
std::uint64_t TagBytes(std::span<const std::byte> file) {
  if (file.size() < 10 || !Head(file, 3).starts_with("ID3")) return 0;
  std::uint64_t bytes = 0;
  for (const std::byte byte : file.subspan(6, 4)) {
    bytes = bytes << 7 | (std::to_integer<unsigned>(byte) & 0x7F);
  }
  return 10 + bytes;
}

// The first frame may hold no sound but a table named Xing or Info, behind 9 to 32 bytes: flags,
// the number of frames if bit 0 is set, the bytes of all frames if bit 1 is.
MaybeError CheckMp3(std::span<const std::byte> file) {
  ByteReader in(file);
  in.ReadBytes(TagBytes(file));
  const std::size_t start = in.position();
  const auto header = in.ReadBytes(4);
  if (!in.ok()) return Error{ErrorCode::kCorrupt, "mp3: expected a frame, found the end"};
  const bool is_mpeg1 = (std::to_integer<unsigned>(header[1]) >> 3 & 3) == 3;
  const bool is_mono = std::to_integer<unsigned>(header[3]) >> 6 == 3;
  in.ReadBytes(is_mpeg1 ? (is_mono ? 17 : 32) : (is_mono ? 9 : 17));
  const std::string_view name = in.Text(4);
  if (name != "Xing" && name != "Info") return std::nullopt;
  const std::uint32_t flags = BigEndian(in.ReadBytes(4));
  if ((flags & 1) != 0) in.ReadBytes(4);
  if ((flags & 2) == 0) return std::nullopt;
  const std::uint64_t expected = BigEndian(in.ReadBytes(4)), found = file.size() - start;
  // Some encoders write a length that is off by a frame.
  if (in.ok() && found >= expected - expected / 100) return std::nullopt;
  return TooShort("mp3: frames", expected, found);
}

}  // namespace

Result<const char*> SoundFormatOf(std::span<const std::byte> file) {
  const std::string_view head = Head(file, 12);
  if (IsWav(head)) return "wav";
  if (head.starts_with("fLaC")) return "flac";
  if (head.starts_with("OggS")) return "ogg";
  if (head.starts_with("ID3") || IsMpegFrame(head)) return "mp3";
  return Error{ErrorCode::kUnsupported,
               "sound: expected WAV, FLAC, Ogg or MP3, found " + DescribeFile(file)};
}

bool IsOtherSound(std::span<const std::byte> file) {
  using std::string_view_literals::operator""sv;
  constexpr struct {
    std::size_t at;
    std::string_view magic;
  } kSignatures[] = {{4, "ftypM4A "sv}, {4, "ftypM4B "sv}, {0, "FORM"sv},
                     {0, ".snd"sv},     {0, "caff"sv},     {0, "#!AMR"sv},
                     {0, "wvpk"sv},     {0, "MAC "sv},     {0, "TTA1"sv},
                     {0, "DSD "sv},     {0, "\x0B\x77"sv}, {0, "riff\x2E\x91\xCF\x11"sv}};
  const std::string_view head = Head(file, 16);
  // A frame of AAC has no layer (ISO 13818-7, ADTS).
  const bool is_aac = head.size() >= 2 && head[0] == '\xFF' && (head[1] & 0xF6) == 0xF0;
  return is_aac || std::ranges::any_of(kSignatures, [&](const auto& known) {
           return head.size() > known.at && head.substr(known.at).starts_with(known.magic);
         });
}

MaybeError CheckLength(std::span<const std::byte> file, std::string_view format) {
  if (format == "wav") return CheckWav(file);
  if (format == "mp3") return CheckMp3(file);
  return std::nullopt;
}

}  // namespace edgevlm
