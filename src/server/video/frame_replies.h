// FrameReplies: a reply of a line per frame, from a model with one image per prompt.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "edgevlm/scheduler.h"
#include "server/video/video_summary.h"

namespace edgevlm {

// The video that a model with one image per prompt is to reply about frame by frame: the last of
// all images and videos. Null if there is none, or the model reads several images.
std::shared_ptr<const RequestVideo> FrameByFrameVideo(const ModelInfo& model,
                                                      const ReplyRequest& request);

// The request about frame i of `video`: without other videos, and with the frame as an image.
// REQUIRES: there is such a frame.
ReplyRequest RequestAboutFrame(const ReplyRequest& request, const RequestVideo& video,
                               std::size_t i);

// Submits a request about each frame, one when the one before it has ended. What the listener hears
// is one reply, of lines "0:02.0  TEXT". Threads: as a ReplyListener.
class FrameReplies final : public ReplyListener, public std::enable_shared_from_this<FrameReplies> {
 public:
  // summary: gets the text about each frame; null: none. on_submit: called with the number of each
  // request. The scheduler must outlive the requests.
  FrameReplies(Scheduler& scheduler, ReplyRequest request,
               std::shared_ptr<const RequestVideo> video, std::shared_ptr<VideoSummary> summary,
               std::shared_ptr<ReplyListener> listener,
               std::function<void(std::uint64_t)> on_submit)
      : scheduler_(scheduler),
        request_(std::move(request)),
        video_(std::move(video)),
        summary_(std::move(summary)),
        listener_(std::move(listener)),
        on_submit_(std::move(on_submit)) {}

  // Submits the next request. False if the queue is full.
  bool SubmitNext();

  void OnAccepted(int waiting_before) override;
  void OnProgress(const Progress& progress) override;
  void OnText(const TextPiece& piece) override;
  void OnEnd(const Result<RequestReply>& reply) override;

 private:
  void Add(const RequestReply& reply);
  void Show(const std::string& text);

  Scheduler& scheduler_;
  const ReplyRequest request_;
  const std::shared_ptr<const RequestVideo> video_;
  const std::shared_ptr<VideoSummary> summary_;
  const std::shared_ptr<ReplyListener> listener_;
  const std::function<void(std::uint64_t)> on_submit_;
  std::size_t frame_ = 0;
  bool has_begun_line_ = false;
  std::optional<RequestReply> sum_;  // of the frames that are done
};

}  // namespace edgevlm
