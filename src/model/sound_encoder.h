// SoundEncoder: maps sound to embeddings for the decoder: an audio encoder and its projector.
#pragma once

#include <string_view>

#include "model/run.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

// How a family reads sound, and how it appears in a prompt.
struct SoundShape {
  int bands = 1;          // B: of the mel spectrogram
  int width = 1;          // D
  int window_frames = 1;  // that are encoded together at most: those of 30 s
  // Whether a sound is read as it is: mirrored at its end, and if it is longer than a window, one
  // window after the other. Else silence follows it, and it may not be longer.
  bool reads_alone = false;
  // Around the embeddings of a sound; may hold the model's control tokens, spelled out.
  std::string_view before = {};
  std::string_view after = {};
  // Not empty: before it stands this name with the number of the sound in the conversation, "Audio
  // 2: ".
  std::string_view counted_as = {};
};

// Threads: const methods from any number of threads, each with its own workspace.
class SoundEncoder {
 public:
  virtual ~SoundEncoder() = default;

  const SoundShape& shape() const { return shape_; }

  // Embeddings of a window with so many frames of sound, 0 if they are too few for one. REQUIRES:
  // 1 <= frames <= window_frames.
  virtual int Tokens(int frames) const = 0;

  // Frames of the spectrogram that Encode reads for these: a few of the silence behind them too.
  virtual int InputFrames(int frames) const { return frames; }

  //   mel         [InputFrames(frames), B]
  //   embeddings  [Tokens(frames), D]
  // Uses and releases memory of `workspace` on top of what is allocated there. Undefined once
  // run.IsOver(). REQUIRES: Tokens(frames) > 0.
  virtual void Encode(View<const float> mel, int frames, View<float> embeddings,
                      Workspace& workspace, const Run& run) const = 0;

 protected:
  explicit SoundEncoder(const SoundShape& shape) : shape_(shape) {}

 private:
  SoundShape shape_;
};

}  // namespace edgevlm
