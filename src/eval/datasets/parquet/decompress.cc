#include "eval/datasets/parquet/decompress.h"

#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <limits>

namespace edgevlm {
namespace {

bool Unsnappy(std::span<const std::byte> packed, std::span<std::byte> unpacked) {
  const auto* in = reinterpret_cast<const char*>(packed.data());
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(in, packed.size(), &size)) return false;
  if (size != unpacked.size()) return false;
  return snappy::RawUncompress(in, packed.size(), reinterpret_cast<char*>(unpacked.data()));
}

bool Unzstd(std::span<const std::byte> packed, std::span<std::byte> unpacked) {
  return ZSTD_decompress(unpacked.data(), unpacked.size(), packed.data(), packed.size()) ==
         unpacked.size();
}

bool Gunzip(std::span<const std::byte> packed, std::span<std::byte> unpacked) {
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  if (packed.size() > kMost || unpacked.size() > kMost) return false;
  constexpr int kGzipOrZlib = 32;
  z_stream stream{};
  if (inflateInit2(&stream, MAX_WBITS + kGzipOrZlib) != Z_OK) return false;
  // zlib reads from next_in only.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
  stream.avail_out = static_cast<uInt>(unpacked.size());
  const int state = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return state == Z_STREAM_END && stream.avail_out == 0;
}

bool CopyPage(std::span<const std::byte> packed, std::span<std::byte> unpacked) {
  if (packed.size() != unpacked.size()) return false;
  std::copy(packed.begin(), packed.end(), unpacked.begin());
  return true;
}

using UnpackPage = bool (*)(std::span<const std::byte> packed, std::span<std::byte> unpacked);

UnpackPage FindUnpackPage(ParquetCodec codec) {
  switch (codec) {
    case ParquetCodec::kNone:
      return CopyPage;
    case ParquetCodec::kSnappy:
      return Unsnappy;
    case ParquetCodec::kGzip:
      return Gunzip;
    case ParquetCodec::kZstd:
      return Unzstd;
    default:
      return nullptr;
  }
}

}  // namespace

Result<std::vector<std::byte>> DecompressPage(ParquetCodec codec, std::span<const std::byte> packed,
                                              std::size_t size) {
  const auto unpack = FindUnpackPage(codec);
  if (unpack == nullptr) {
    return Error{
        ErrorCode::kUnsupported,
        "compression: expected UNCOMPRESSED, SNAPPY, GZIP or ZSTD, found " + NameOf(codec)};
  }
  std::vector<std::byte> unpacked(size);
  // An empty page may be left out altogether.
  if (size == 0 && packed.empty()) return unpacked;
  if (!unpack(packed, unpacked)) {
    return Error{ErrorCode::kCorrupt, "page: expected " + std::to_string(size) + " bytes in " +
                                          NameOf(codec) + ", found other or malformed ones"};
  }
  return unpacked;
}

}  // namespace edgevlm
