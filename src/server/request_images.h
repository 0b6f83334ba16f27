// RequestImages: reads the images and videos of one request, in whatever form they are sent.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "edgevlm/probe.h"
#include "edgevlm/scheduler.h"
#include "server/options.h"
#include "server/parse/fields.h"
#include "server/video/request_video.h"

namespace edgevlm {

class RequestSounds;

// What the reply reports about an image.
struct ImageSummary {
  std::string id;  // SHA-256 of its file; later requests may send only this
  ImageFileInfo info;
};

// The cache in which images of earlier requests are looked up by id.
struct CachedImages {
  const Engine* engine = nullptr;  // null: none
  std::string scope = {};
  ImageLimits limits = {};  // those that it was encoded with
};

// Images of the most pixels that a request may have, so that files which say little and unpack to
// much cannot keep the decoder busy.
inline constexpr int kFullImages = 16;
// Files that are fetched for one request: each may take RemoteRules::time of a worker thread.
inline constexpr int kFetchedFiles = 16;

// Checks images against the request's limits: their number, if that is limited, the bytes of all
// (RequestLimits::body_bytes), and their pixels (from the file's header, before it is decoded).
// Their tokens are checked with the prompt (Answer). Videos share the limit on bytes. The first
// problem is kept, with the field it is in; after it, no more images are read.
class RequestImages {
 public:
  RequestImages(const ServerRules& rules, Problem& problem, CachedImages cached = {})
      : limits_(rules.limits),
        remote_(rules.remote),
        problem_(problem),
        cached_(std::move(cached)) {}

  // A data URI, plain base64, or a URL that the rules allow; fetching that blocks.
  RequestPart FromText(std::string_view text, const std::string& where);
  // A file's bytes.
  RequestPart FromBytes(std::string bytes, const std::string& where);
  // An image of an earlier request. 404 with the code image_not_cached if it is no longer cached.
  RequestPart FromId(const std::string& id, const std::string& where);

  // What reads the recordings of the request; null: they are problems. It must outlive this.
  RequestSounds* sounds() const { return sounds_; }
  void set_sounds(RequestSounds* sounds) { sounds_ = sounds; }
  // Videos are rejected unless this was called: for requests whose frames are chosen (Answer).
  void TakeVideos() { takes_videos_ = true; }
  // As FromText and FromBytes.
  RequestPart VideoFromText(std::string_view text, const std::string& where);
  RequestPart VideoFromBytes(std::string bytes, const std::string& where);
  // An image or a video, by its first bytes.
  RequestPart AnyFromBytes(std::string bytes, const std::string& where);

  // How long fetching URLs took.
  double fetch_ms() const { return fetch_ms_; }

  // All images read so far, in order.
  const std::vector<ImageSummary>& summaries() const { return summaries_; }

  // All videos read so far, in order.
  std::vector<PendingVideo> MoveVideos() { return std::move(videos_); }

 private:
  bool CheckCount(const std::string& where);
  bool CheckBytes(std::size_t bytes, const std::string& where);
  bool CheckSize(std::size_t bytes, const ImageFileInfo& info, const std::string& where);
  // The bytes of a file; nothing after a problem. expected: "an image".
  std::optional<std::string> BytesOf(std::string_view text, const char* expected,
                                     const std::string& where);
  std::optional<std::string> Fetch(const std::string& url, const std::string& where);
  void Reject(ApiError error, const std::string& where);

  const RequestLimits& limits_;
  const RemoteRules& remote_;
  Problem& problem_;
  const CachedImages cached_;
  RequestSounds* sounds_ = nullptr;
  std::vector<ImageSummary> summaries_;
  std::vector<PendingVideo> videos_;
  bool takes_videos_ = false;
  double fetch_ms_ = 0;
  int fetched_ = 0;
  std::size_t bytes_ = 0;    // of all files
  std::int64_t pixels_ = 0;  // of all files
};

}  // namespace edgevlm
