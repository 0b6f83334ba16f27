// Vlm: the model in training: vision encoder, projector, decoder and training-only heads.
#pragma once

#include "train/model/decoder.h"
#include "train/model/vision_encoder.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

inline constexpr int kSparePositions = 4;  // of the context, beyond image and text

struct VlmShape {
  int image_side = 160;  // S
  int features = 288;    // E, channels of a cell
  int things = 0;        // number of thing names, without "nothing"
  EncoderSize encoder = EncoderSize::kSmall;
  DecoderShape decoder;

  int grid() const { return image_side / CellPixelsOf(encoder); }
  int cells() const { return grid() * grid(); }  // P
  // Length of the longest text, with its question.
  int text_tokens() const { return decoder.context - cells() - kSparePositions; }
  int ContextFor(int text_tokens) const { return cells() + text_tokens + kSparePositions; }

  bool operator==(const VlmShape&) const = default;
};

// Outputs of the grid heads, which train the vision encoder to locate things before the decoder
// learns their names. [B, G, G, channels] each, logits except for `box`. Not exported.
struct GridPredictions {
  torch::Tensor cover;     // 1 + things: the thing that covers the cell's center, 0 for none
  torch::Tensor center;    // 1: whether a thing's center lies in the cell
  torch::Tensor box;       // 4: that center within the cell, the thing's width and height
  torch::Tensor color;     // 10: color of the shape that covers the cell
  torch::Tensor digit;     // 1 + 10: the digit whose center lies in the cell, 0 for none
  torch::Tensor reading;   // kMaxDigits * (1 + 10): the covering display's digits, 0 for none
  torch::Tensor pointers;  // 4: the two points that the covering instrument is read from
};

// Logits of the mention head, per mention of a thing in a text. [R, ...] Not exported.
struct MentionPredictions {
  torch::Tensor present;  // 1: whether the image contains the thing
  torch::Tensor column;   // G: column of its cell
  torch::Tensor row;      // G: row of its cell
};

inline constexpr int kMaxThings = 5;  // per scene

struct VlmImpl : torch::nn::Module {
  explicit VlmImpl(const VlmShape& shape);

  // images [B, 3, S, S] -> features [B, G, G, E].
  torch::Tensor EncodeImages(const torch::Tensor& images);
  GridPredictions PredictGrid(const torch::Tensor& features);
  // features [B, G, G, E] -> image tokens [B, P, D].
  torch::Tensor Project(const torch::Tensor& features);
  // stream [R, D]: ResidualStreams::middle at the mentions.
  MentionPredictions PredictMentions(const torch::Tensor& stream);
  // stream [R, D]: ResidualStreams::late at the mentions -> logits [R, 2]: the thing lies further
  // right, and further down, than the previously named one.
  torch::Tensor PredictOrder(const torch::Tensor& stream);
  // stream [R, D]: ResidualStreams::cells at covered cells -> logits [R, kMaxThings]: which of
  // several equal things it is, in the order of their first cells.
  torch::Tensor PredictNumber(const torch::Tensor& stream);

  VisionEncoder vision_encoder{nullptr};
  torch::nn::Linear grid_heads{nullptr}, grid_reading{nullptr}, grid_pointers{nullptr};
  torch::nn::Linear project_in{nullptr}, project_out{nullptr};
  Decoder decoder{nullptr};
  torch::nn::Linear mention_head{nullptr}, order_head{nullptr}, number_head{nullptr};
  VlmShape shape;
};
TORCH_MODULE(Vlm);

}  // namespace edgevlm::train
