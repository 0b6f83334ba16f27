#include "base/file_kind.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>

#include "base/text_kind.h"

namespace edgevlm {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHeadBytes = std::size_t{1} << 16;

constexpr std::string_view kHeif = "a HEIC or HEIF image (save it as JPEG)";
constexpr std::string_view kAvif = "an AVIF image (save it as JPEG or PNG)";
constexpr std::string_view kQuickTime = "a QuickTime video";
constexpr std::string_view kGgml = "a GGML model of before GGUF";
constexpr std::string_view kPyTorch =
    "a PyTorch model (edgevlm convert reads the same model's safetensors)";
constexpr std::string_view kSafetensors =
    "a safetensors model (edgevlm convert makes a GGUF file of its folder)";

// A kind of file that always has `magic` at `at`, and `also` at `also_at`.
struct Signature {
  std::size_t at;
  std::string_view magic;
  std::string_view name;
  std::size_t also_at = 0;
  std::string_view also = {};
};

// The first match wins.
constexpr Signature kSignatures[] = {
    {0, "\xFF\xD8\xFF"sv, "a JPEG image"},
    {0, "\x89PNG\r\n\x1A\n"sv, "a PNG image"},
    {0, "RIFF"sv, "a WebP image", 8, "WEBP"sv},
    {0, "GIF8"sv, "a GIF image"},
    {0, "BM"sv, "a BMP image", 6, "\0\0\0\0"sv},
    {0, "II*\0"sv, "a TIFF image"},
    {0, "MM\0*"sv, "a TIFF image"},
    {0, "II+\0"sv, "a TIFF image"},
    {0, "MM\0+"sv, "a TIFF image"},
    {0, "\0\0\1\0"sv, "an icon (ICO)"},
    {0, "\0\0\2\0"sv, "a cursor (CUR)"},
    {0, "icns"sv, "an icon (ICNS)"},
    {0, "\0\0\0\x0CjP  \r\n\x87\n"sv, "a JPEG 2000 image"},
    {0, "\xFF\x4F\xFF\x51"sv, "a JPEG 2000 image"},
    {0, "\0\0\0\x0CJXL \r\n\x87\n"sv, "a JPEG XL image"},
    {0, "\xFF\x0A"sv, "a JPEG XL image"},
    {0, "8BPS"sv, "a Photoshop image (PSD)"},
    {0, "P1"sv, "a PBM image", 2, "\n"sv},
    {0, "P1"sv, "a PBM image", 2, " "sv},
    {0, "P4"sv, "a PBM image", 2, "\n"sv},
    {0, "P4"sv, "a PBM image", 2, " "sv},
    {0, "P7\n"sv, "a PAM image"},
    {0, "PF\n"sv, "a PFM image"},
    {0, "Pf\n"sv, "a PFM image"},
    {0, "\x76\x2F\x31\x01"sv, "an OpenEXR image"},
    {0, "#?RADIANCE"sv, "a Radiance HDR image"},
    {0, "DDS "sv, "a DDS texture"},
    {0, "qoif"sv, "a QOI image"},
    {0, "BPG\xFB"sv, "a BPG image"},
    {0, "gimp xcf"sv, "a GIMP image (XCF)"},
    {0, "%PDF"sv, "a PDF document"},
    {0, "\x1A\x45\xDF\xA3"sv, "a Matroska or WebM video"},
    {0, "RIFF"sv, "an AVI video", 8, "AVI "sv},
    {0, "RIFF"sv, "a WAV recording", 8, "WAVE"sv},
    {4, "moov"sv, kQuickTime},
    {4, "mdat"sv, kQuickTime},
    {4, "wide"sv, kQuickTime},
    {0, "OggS"sv, "an Ogg recording"},
    {0, "fLaC"sv, "a FLAC recording"},
    {0, "ID3"sv, "an MP3 recording"},
    {0, "GGUF"sv, "a GGUF model"},
    {0, "FUGG"sv, "a big-endian GGUF model"},
    {0, "lmgg"sv, kGgml},  // "ggml" and its successors, as little-endian numbers
    {0, "fmgg"sv, kGgml},
    {0, "tjgg"sv, kGgml},
    {0, "algg"sv, kGgml},
    {0, "PK\3\4"sv, kPyTorch, 30, "archive/data.pkl"sv},
    {0, "\x80\2"sv, kPyTorch},  // Python's pickle, protocols 2 to 5
    {0, "\x80\3"sv, kPyTorch},
    {0, "\x80\4"sv, kPyTorch},
    {0, "\x80\5"sv, kPyTorch},
    {0, "\x89HDF\r\n\x1A\n"sv, "an HDF5 file"},
    {4, "TFL3"sv, "a TensorFlow Lite model"},
    {0, "\x93NUMPY"sv, "a NumPy array"},
    {0, "PK\3\4"sv, "a ZIP archive (unpack it first)"},
    {0, "PK\5\6"sv, "an empty ZIP archive"},
    {0, "\x1F\x8B"sv, "a gzip archive (unpack it first)"},
    {0, "BZh"sv, "a bzip2 archive (unpack it first)", 4, "1AY&SY"sv},
    {0, "\xFD\x37zXZ\0"sv, "an xz archive (unpack it first)"},
    {0, "\x28\xB5\x2F\xFD"sv, "a Zstandard archive (unpack it first)"},
    {0, "7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive (unpack it first)"},
    {0, "Rar!\x1A\7"sv, "a RAR archive (unpack it first)"},
    {257, "ustar"sv, "a tar archive (unpack it first)"},
    {0,
     "\x7F"
     "ELF"sv,
     "a program (ELF)"},
    {0, "SQLite format 3\0"sv, "an SQLite database"},
};

bool HasAt(std::string_view head, std::size_t at, std::string_view magic) {
  return head.size() >= at && head.substr(at).starts_with(magic);
}

std::uint64_t FileNumber(std::string_view head, std::size_t at, std::size_t bytes,
                         bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    const std::size_t index = big_endian ? at + i : at + bytes - 1 - i;
    value = value << 8 | static_cast<unsigned char>(head[index]);
  }
  return value;
}

// Files made of ISO boxes (ISO/IEC 14496-12): the first names a brand and the compatible brands.
// HEIF's general brands, "mif1" and "msf1", may hold AVIF.
std::optional<std::string_view> BrandKind(std::string_view head) {
  if (!HasAt(head, 4, "ftyp") || head.size() < 12) return std::nullopt;
  const std::size_t box = std::min<std::size_t>(FileNumber(head, 0, 4, true), head.size());
  const auto is_compatible = [&](std::string_view brand) {
    for (std::size_t at = 16; at + 4 <= box; at += 4) {
      if (HasAt(head, at, brand)) return true;
    }
    return false;
  };
  const std::string_view brand = head.substr(8, 4);
  const bool is_avif = brand == "avif" || brand == "avis";
  const bool is_heif = brand == "mif1" || brand == "msf1" || brand == "mif2";
  if (is_avif || (is_heif && (is_compatible("avif") || is_compatible("avis")))) return kAvif;
  if (is_heif || brand.starts_with("hei") || brand.starts_with("hev")) return kHeif;
  if (brand == "crx ") return "a raw photograph (CR3)";
  if (brand == "qt  ") return kQuickTime;
  if (brand == "M4A ") return "an MPEG-4 recording";
  return "an MP4 video";
}

// A length in eight bytes, then a JSON object of that length.
bool IsSafetensors(std::string_view head) {
  if (head.size() < 10 || head[8] != '{' || (head[9] != '"' && head[9] != '}')) return false;
  return FileNumber(head, 0, 8, false) < std::uint64_t{1} << 32;
}

std::string FirstBytes(std::string_view head) {
  std::string text = "unknown bytes that begin";
  for (const char c : head.substr(0, 4)) {
    std::array<char, 8> byte;
    std::snprintf(byte.data(), byte.size(), " %02x", static_cast<unsigned>(c) & 0xffu);
    text += byte.data();
  }
  return text;
}

}  // namespace

std::string DescribeFile(std::span<const std::byte> file) {
  if (file.empty()) return "an empty file";
  const std::string_view head(reinterpret_cast<const char*>(file.data()),
                              std::min(file.size(), kHeadBytes));
  const auto* signature = std::ranges::find_if(kSignatures, [&](const Signature& known) {
    return HasAt(head, known.at, known.magic) && HasAt(head, known.also_at, known.also);
  });
  if (signature != std::end(kSignatures)) return std::string(signature->name);
  if (const auto brand = BrandKind(head)) return std::string(*brand);
  if (IsSafetensors(head)) return std::string(kSafetensors);
  if (auto text = DescribeText(head)) return *std::move(text);
  if (head.find_first_not_of('\0') == std::string_view::npos) {
    return "nothing but zeros (a download that did not finish?)";
  }
  return FirstBytes(head);
}

}  // namespace edgevlm
