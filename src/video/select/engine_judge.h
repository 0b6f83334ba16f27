// JudgeBy: an engine as the FrameJudge of a selection.
//
// In a header, as this folder knows the engine's interface alone: who includes it has an engine.
#pragma once

#include <string>
#include <utility>

#include "video/select/video_choice.h"

namespace edgevlm {

// question: empty: none is known yet. options.video is filled in, so that what is compared has the
// tokens of what is shown. The engine must outlive the judge.
inline FrameJudge JudgeBy(const Engine& engine, const VideoChoice& choice, std::string question,
                          CompareOptions options = {}) {
  const ModelInfo& model = engine.info();
  // Without a cache, what is compared is encoded once more when it is shown.
  const bool keeps = engine.image_cache().budget_bytes > 0;
  FrameJudge judge = {.in_pairs = model.has_frame_pairs,
                      .may_choose = keeps && model.has_one_image};
  if (model.vision_encoder.empty()) return judge;
  const int shown = FramesAtMost(choice, model);
  options.video = EncodingFor(choice, model, static_cast<std::size_t>(shown), 0);
  if (keeps) {
    judge.likeness = [&engine, options](std::span<const VideoFrame> frames) {
      return engine.CompareNeighbors(ViewsOf(frames), options);
    };
  }
  if (question.empty()) return judge;
  judge.fits = [&engine, options = std::move(options),
                question = std::move(question)](std::span<const VideoFrame> frames) {
    return engine.CompareWithQuestion(ViewsOf(frames), question, options);
  };
  return judge;
}

}  // namespace edgevlm
