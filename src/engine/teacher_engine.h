// TeacherEngine: what a model computes on the way to its replies, for training other models on it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decode/sequence.h"
#include "edgevlm/edgevlm.h"
#include "engine/prompt/prompt.h"
#include "image/image.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

struct EngineState;
class VisionEncoder;

// Cells per row of a square grid with so many cells; 0: it is no square.
int SquareSide(int cells);

// As TeacherEngine::keeps_proportions.
bool KeepsProportions(const VisionEncoder& encoder);

// An image as vision encoder, projector and decoder see it.
struct TeacherImage {
  std::shared_ptr<const EncodedImage> encoded;
  // Of the vision encoder. Empty for an image of several tiles, whose features are no one grid.
  int feature_width = 0;         // E
  int feature_grid_width = 0;    // features per row of their grid; 0: they are no grid
  std::vector<float> features;   // [P, E]
  std::vector<float> attention;  // [P], that each feature's patch receives; empty: not wanted, or
                                 // the encoder does not compute it
  int token_grid_width = 0;      // image tokens per row of their grid; 0: they are no grid
};

// A reply in the model's own tokens, and what the model expects at each of them.
struct ReplyLogits {
  std::vector<int> tokens;    // [R]
  std::vector<float> logits;  // [R + 1, V]: before each token, and after the last one
};

// Teaches one image at a time: the keys and values of the image are computed once for all texts.
// The engine must outlive it and stay where it is. Threads: one at a time.
class TeacherEngine {
 public:
  explicit TeacherEngine(const Engine& engine);

  const Tokenizer& tokenizer() const;

  // Tells models apart, with their vision encoders and the options that affect results.
  const std::string& identity() const;

  // Whether the vision encoder reads images as squares without stretching them, so that a cell of
  // its grid shows the same part of the image as a cell of the built-in model's.
  bool keeps_proportions() const;

  // Errors: kUnsupported (the model reads no images), kInvalid, kTooLarge.
  Result<TeacherImage> Encode(const Image& image, bool with_attention) const;

  // What the decoder expects after each token of the image, [T, V].
  // Errors: those of the prompt (Session::Chat). Memory: T * V floats.
  Result<std::vector<float>> ImageLogits(const TeacherImage& image);

  // messages: a conversation about the image, whose last message is the user's.
  // Errors: those of Session::Chat; kTooLarge (conversation and reply exceed the context).
  Result<ReplyLogits> LogitsOf(std::span<const Message> messages, std::string_view reply);

 private:
  void Forward(const Prompt& prompt, int last_rows, View<float> logits);

  const EngineState& state_;
  Sequence sequence_;
  Prompt held_;  // what the sequence holds
};

}  // namespace edgevlm
