#include "server/request_images.h"

#include <optional>
#include <span>
#include <utility>

#include "base/base64.h"
#include "base/stopwatch.h"
#include "digest/sha256.h"
#include "server/parse/data_uri.h"
#include "server/remote/remote_image.h"
#include "video/video_source.h"

namespace edgevlm {
namespace {

constexpr int kBadGateway = 502;
constexpr std::size_t kIdDigits = 64;

// "https" of "https://..."; base64 has no colon.
std::optional<std::string_view> SchemeOf(std::string_view text) {
  const std::size_t end = text.substr(0, 16).find(':');
  return end == std::string_view::npos ? std::nullopt : std::optional(text.substr(0, end));
}

}  // namespace

void RequestImages::Reject(ApiError error, const std::string& where) {
  if (problem_) return;
  error.message = where + ": " + error.message;
  error.param = where;
  problem_ = std::move(error);
}

bool RequestImages::CheckCount(const std::string& where) {
  if (limits_.images == 0 || std::ssize(summaries_) < limits_.images) return true;
  Reject(
      {.status = 413, .message = "expected at most " + std::to_string(limits_.images) + " images"},
      where);
  return false;
}

bool RequestImages::CheckSize(std::size_t bytes, const ImageFileInfo& info,
                              const std::string& where) {
  const std::int64_t pixels = std::int64_t{info.width} * info.height;
  const std::int64_t all_pixels = limits_.image_pixels * kFullImages;
  std::string most;
  if (pixels > limits_.image_pixels) {
    most = std::to_string(limits_.image_pixels) + " pixels, found " + std::to_string(info.width) +
           " x " + std::to_string(info.height);
  } else if (pixels > all_pixels - pixels_) {
    most = std::to_string(all_pixels) + " pixels in all images of a request";
  }
  if (!most.empty()) {
    Reject({.status = 413, .message = "expected at most " + most}, where);
    return false;
  }
  if (!CheckBytes(bytes, where)) return false;
  pixels_ += pixels;
  return true;
}

bool RequestImages::CheckBytes(std::size_t bytes, const std::string& where) {
  if (bytes > limits_.body_bytes - bytes_) {
    Reject({.status = 413,
            .message = "expected at most " + std::to_string(limits_.body_bytes) +
                       " bytes in all files of a request"},
           where);
    return false;
  }
  bytes_ += bytes;
  return true;
}

RequestPart RequestImages::FromText(std::string_view text, const std::string& where) {
  std::optional<std::string> bytes = BytesOf(text, "an image", where);
  return bytes ? FromBytes(*std::move(bytes), where) : RequestPart();
}

std::optional<std::string> RequestImages::BytesOf(std::string_view text, const char* expected,
                                                  const std::string& where) {
  if (problem_) return std::nullopt;
  if (IsDataUri(text)) {
    Result<std::string> bytes = DecodeDataUri(text);
    if (bytes) return *std::move(bytes);
    Reject(ToApiError(bytes.error()), where);
    return std::nullopt;
  }
  if (SchemeOf(text)) return Fetch(std::string(text), where);
  std::optional<std::string> bytes = DecodeBase64(text);
  if (bytes && !bytes->empty()) return bytes;
  Reject({.message = std::string("expected ") + expected + " as base64, found something else"},
         where);
  return std::nullopt;
}

std::optional<std::string> RequestImages::Fetch(const std::string& url, const std::string& where) {
  if (remote_.domains.empty()) {
    Reject({.message = "expected a data URI or base64: this server fetches no URLs",
            .code = "remote_pictures_off"},
           where);
    return std::nullopt;
  }
  if (++fetched_ > kFetchedFiles) {
    Reject({.status = 413,
            .message = "expected at most " + std::to_string(kFetchedFiles) + " URLs of files"},
           where);
    return std::nullopt;
  }
  const Stopwatch stopwatch;
  Result<std::string> bytes = FetchImage(url, remote_, limits_.body_bytes - bytes_);
  fetch_ms_ += stopwatch.Milliseconds();
  if (bytes) return *std::move(bytes);
  ApiError error = ToApiError(bytes.error());
  if (bytes.error().code == ErrorCode::kIo) error.status = kBadGateway;
  Reject(std::move(error), where);
  return std::nullopt;
}

RequestPart RequestImages::VideoFromText(std::string_view text, const std::string& where) {
  std::optional<std::string> bytes = BytesOf(text, "a video", where);
  return bytes ? VideoFromBytes(*std::move(bytes), where) : RequestPart();
}

RequestPart RequestImages::VideoFromBytes(std::string bytes, const std::string& where) {
  if (problem_) return {};
  if (!takes_videos_) {
    Reject({.message = "videos are not read here", .code = "unsupported"}, where);
  } else if (!IsVideo(std::as_bytes(std::span(bytes)))) {
    Reject({.message = "expected a video (MP4, WebM, AVI, GIF, ...), found something else"}, where);
  } else if (videos_.size() == kMaxVideos) {
    Reject({.status = 413, .message = "expected at most " + std::to_string(kMaxVideos) + " videos"},
           where);
  } else if (CheckBytes(bytes.size(), where)) {
    videos_.push_back({.file = std::move(bytes), .where = where});
    return {.video = videos_.back().video};
  }
  return {};
}

RequestPart RequestImages::AnyFromBytes(std::string bytes, const std::string& where) {
  const bool is_video = IsVideo(std::as_bytes(std::span(bytes)));
  return is_video ? VideoFromBytes(std::move(bytes), where) : FromBytes(std::move(bytes), where);
}

RequestPart RequestImages::FromBytes(std::string bytes, const std::string& where) {
  if (problem_ || !CheckCount(where)) return {};
  const Result<ImageFileInfo> info = ProbeImage(std::as_bytes(std::span(bytes)));
  if (!info) {
    Reject(ToApiError(info.error()), where);
    return {};
  }
  if (!CheckSize(bytes.size(), *info, where)) return {};
  Sha256 digest;
  digest.Update(std::as_bytes(std::span(bytes)));
  summaries_.push_back({.id = digest.HexDigest(), .info = *info});
  return {.image = std::make_shared<const std::string>(std::move(bytes)),
          .image_id = summaries_.back().id};
}

RequestPart RequestImages::FromId(const std::string& id, const std::string& where) {
  if (problem_ || !CheckCount(where)) return {};
  if (id.size() != kIdDigits || id.find_first_not_of("0123456789abcdef") != std::string::npos) {
    Reject({.message = "expected 64 lower-case hexadecimal digits"}, where);
    return {};
  }
  auto image = cached_.engine == nullptr
                   ? nullptr
                   : cached_.engine->FindImage(id, cached_.scope, cached_.limits);
  if (image == nullptr) {
    Reject({.status = 404,
            .message = "no longer cached: send the image itself",
            .code = "image_not_cached"},
           where);
    return {};
  }
  summaries_.push_back({.id = id, .info = image->file});
  return {.encoded = std::move(image)};
}

}  // namespace edgevlm
