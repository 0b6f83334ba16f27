// Videos of a request: how their frames are to be chosen, and the choosing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/scheduler.h"
#include "server/parse/fields.h"
#include "server/video/video_summary.h"
#include "video/select/video_choice.h"

namespace edgevlm {

// Of one request, and the frames of each of its videos.
inline constexpr std::size_t kMaxVideos = 4;
inline constexpr int kMaxVideoFrames = 64;

// A video whose frames are not chosen yet.
struct PendingVideo {
  std::string file;   // its bytes
  std::string where;  // the field it is in
  // Filled by ChooseFrames. Messages and the format of the reply refer to them.
  std::shared_ptr<RequestVideo> video = std::make_shared<RequestVideo>();
  std::shared_ptr<VideoSummary> summary = std::make_shared<VideoSummary>();
};

// The fields frames, from, to and video_tokens, as the command line has them.
VideoChoice ReadVideoFields(Fields& fields);

struct ChoosingOptions {
  VideoChoice choice = {};
  std::string question = {};  // that frames are chosen for; empty: none
  std::string scope = {};     // of cached images
  // The pixels of all frames of the request take no more than this: they are scaled down to it.
  std::size_t most_bytes = 0;
  std::function<bool()> is_cancelled = {};      // asked several times a second
  std::function<void(int done)> on_video = {};  // called after each
};

// Reads the frames of the videos, one video after the other; frees their files. Blocks while
// edgevlm-video decodes them. The first problem, which names the video's field: 400, 413, 415 (this
// installation has no edgevlm-video), 500 (it broke), 503 (cancelled).
std::optional<ApiError> ChooseFrames(const Engine& engine, std::span<PendingVideo> videos,
                                     const ChoosingOptions& options);

}  // namespace edgevlm
