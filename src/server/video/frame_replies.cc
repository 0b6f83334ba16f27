#include "server/video/frame_replies.h"

#include <utility>

#include "video/time_text.h"

namespace edgevlm {
namespace {

std::string PpmOf(const RequestVideo::Frame& frame) {
  std::string file =
      "P6\n" + std::to_string(frame.width) + " " + std::to_string(frame.height) + "\n255\n";
  file.append(reinterpret_cast<const char*>(frame.rgb.data()), frame.rgb.size());
  return file;
}

void AddTimings(const Timings& more, Timings& timings) {
  timings.decode_ms += more.decode_ms;
  timings.preprocess_ms += more.preprocess_ms;
  timings.encode_ms += more.encode_ms;
  timings.prefill_ms += more.prefill_ms;
  timings.generate_ms += more.generate_ms;
  timings.total_ms += more.total_ms;
}

void AddReply(const Reply& more, Reply& reply) {
  reply.prompt_tokens += more.prompt_tokens;
  reply.reused_tokens += more.reused_tokens;
  reply.reply_tokens += more.reply_tokens;
  reply.early_tokens += more.early_tokens;
  reply.drafted_tokens += more.drafted_tokens;
  reply.accepted_tokens += more.accepted_tokens;
  if (reply.probability && more.probability) *reply.probability *= *more.probability;
  // What was cut anywhere is cut.
  if (reply.finish_reason == FinishReason::kEndOfText) reply.finish_reason = more.finish_reason;
  AddTimings(more.timings, reply.timings);
}

}  // namespace

std::shared_ptr<const RequestVideo> FrameByFrameVideo(const ModelInfo& model,
                                                      const ReplyRequest& request) {
  if (!model.has_one_image) return nullptr;
  std::shared_ptr<const RequestVideo> last;
  for (const RequestMessage& message : request.messages) {
    for (const RequestPart& part : message.parts) {
      if (part.image != nullptr || part.encoded != nullptr) last = nullptr;
      if (part.video != nullptr) last = part.video;
    }
  }
  return last;
}

ReplyRequest RequestAboutFrame(const ReplyRequest& request, const RequestVideo& video,
                               std::size_t i) {
  ReplyRequest about = request;
  for (RequestMessage& message : about.messages) {
    std::erase_if(message.parts, [&](const RequestPart& part) {
      return part.video != nullptr && part.video.get() != &video;
    });
    for (RequestPart& part : message.parts) {
      if (part.video == nullptr) continue;
      part = {.image = std::make_shared<const std::string>(PpmOf(video.frames[i]))};
    }
  }
  return about;
}

bool FrameReplies::SubmitNext() {
  has_begun_line_ = false;
  const auto number =
      scheduler_.Submit(RequestAboutFrame(request_, *video_, frame_), shared_from_this());
  if (number) on_submit_(*number);
  return number.has_value();
}

void FrameReplies::OnAccepted(int waiting_before) {
  if (frame_ == 0) listener_->OnAccepted(waiting_before);
  listener_->OnProgress({.stage = RequestStage::kImages,
                         .done = static_cast<int>(frame_),
                         .total = static_cast<int>(video_->frames.size())});
}

// That of the frames is shown instead.
void FrameReplies::OnProgress(const Progress& progress) {
  if (progress.stage == RequestStage::kQueue) listener_->OnProgress(progress);
}

void FrameReplies::OnText(const TextPiece& piece) {
  if (!std::exchange(has_begun_line_, true)) {
    Show((frame_ > 0 ? "\n" : "") + TimeText(video_->frames[frame_].seconds) + "  ");
  }
  listener_->OnText(piece);
}

void FrameReplies::OnEnd(const Result<RequestReply>& reply) {
  if (!reply) return listener_->OnEnd(reply);
  Add(*reply);
  if (++frame_ == video_->frames.size()) return listener_->OnEnd(*sum_);
  if (SubmitNext()) return;
  listener_->OnEnd(Error{ErrorCode::kCancelled, "queue: full before all frames were read"});
}

void FrameReplies::Show(const std::string& text) { listener_->OnText({.text = text}); }

void FrameReplies::Add(const RequestReply& reply) {
  const std::string& text = reply.reply.text;
  const std::string line = TimeText(video_->frames[frame_].seconds) + "  " + text;
  if (summary_ != nullptr) summary_->frames[frame_].text = text;
  if (!sum_) {
    sum_ = reply;
    sum_->reply.text = line;
    return;
  }
  sum_->reply.text += "\n" + line;
  sum_->queue_ms += reply.queue_ms;
  sum_->image_tokens += reply.image_tokens;
  AddReply(reply.reply, sum_->reply);
}

}  // namespace edgevlm
