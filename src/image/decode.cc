#include "image/decode.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/file_kind.h"
#include "image/formats.h"
#include "image/orient.h"

namespace edgevlm {
namespace {

struct Format {
  bool (*matches)(std::string_view head);
  Result<ImageInfo> (*probe)(Bytes file);
  Result<Image> (*decode)(const DecodeTask& task);
};

constexpr Format kFormats[] = {
    {[](std::string_view head) { return head.starts_with("\xFF\xD8\xFF"); }, ProbeJpeg, DecodeJpeg},
    {[](std::string_view head) { return head.starts_with("\x89PNG\r\n\x1A\n"); }, ProbePng,
     DecodePng},
    {[](std::string_view head) {
       return head.starts_with("RIFF") &&
              head.substr(std::min<std::size_t>(head.size(), 8)).starts_with("WEBP");
     },
     ProbeWebp, DecodeWebp},
    {[](std::string_view head) {
       return head.size() > 2 && head[0] == 'P' &&
              std::string_view("2356").find(head[1]) != std::string_view::npos &&
              std::string_view(" \t\r\n#").find(head[2]) != std::string_view::npos;
     },
     ProbePpm, DecodePpm},
};

std::string_view HeadOf(Bytes file) {
  const std::size_t count = std::min<std::size_t>(file.size(), 16);
  return {reinterpret_cast<const char*>(file.data()), count};
}

const Format* FindFormat(Bytes file) {
  const std::string_view head = HeadOf(file);
  const auto* found = std::find_if(std::begin(kFormats), std::end(kFormats),
                                   [&](const Format& format) { return format.matches(head); });
  return found == std::end(kFormats) ? nullptr : found;
}

Error UnknownFormat(Bytes file) {
  if (file.empty()) {
    return {ErrorCode::kCorrupt, "image: file: expected an image, found 0 bytes"};
  }
  return {ErrorCode::kUnsupported,
          "image: format: expected JPEG, PNG, WebP or PPM, found " + DescribeFile(file)};
}

MaybeError CheckLimits(const ImageInfo& info, const DecodeLimits& limits) {
  const std::string found =
      ", found " + std::to_string(info.width) + " x " + std::to_string(info.height);
  const std::string where = std::string(info.format) + ": width x height: expected at most ";
  if (std::int64_t{info.width} * info.height > limits.pixels) {
    return Error{ErrorCode::kTooLarge, where + std::to_string(limits.pixels) + " pixels" + found};
  }
  if (std::max(info.width, info.height) > limits.side) {
    return Error{ErrorCode::kTooLarge,
                 where + std::to_string(limits.side) + " pixels a side" + found};
  }
  return std::nullopt;
}

}  // namespace

Result<ImageInfo> Probe(std::span<const std::byte> file) {
  const Format* format = FindFormat(file);
  if (format == nullptr) return UnknownFormat(file);
  return format->probe(file);
}

Result<Image> Decode(std::span<const std::byte> file, const DecodeLimits& limits, int target_side) {
  if (static_cast<std::int64_t>(file.size()) > limits.file_bytes) {
    return Error{ErrorCode::kTooLarge, "image: file: expected at most " +
                                           std::to_string(limits.file_bytes) + " bytes, found " +
                                           std::to_string(file.size())};
  }
  const Format* format = FindFormat(file);
  if (format == nullptr) return UnknownFormat(file);
  Result<ImageInfo> info = format->probe(file);
  if (!info) return info.error();
  if (auto error = CheckLimits(*info, limits)) return *error;
  Result<Image> stored = format->decode({file, *info, limits, target_side});
  if (!stored || info->orientation == 1) return stored;
  return Upright(*stored, info->orientation);
}

}  // namespace edgevlm
