// The whole model in training: vision encoder, grid heads (training only), projector, decoder.
#pragma once

#include "train/model/decoder.h"
#include "train/model/vision_encoder.h"

namespace edgevlm::train {

struct VlmShape {
  int image_side = 160;  // S
  int features = 288;    // E, channels of a cell
  int things = 0;        // names a cell can have, without "nothing"
  DecoderShape decoder;

  int grid() const { return image_side / kCellPixels; }
  int cells() const { return grid() * grid(); }  // P
};

// What the vision encoder says of each cell while it trains: it is asked where things are before
// the decoder has words for them. [B, G, G, channels] each; the engine never sees these heads.
struct GridGuess {
  torch::Tensor cover;   // 1 + things: which thing lies over the cell's middle, 0 for none
  torch::Tensor center;  // 1: a thing's center lies in the cell
  torch::Tensor place;   // 4: the center inside the cell, the thing's width and height
  torch::Tensor color;   // 10: of the shape that covers the cell
  torch::Tensor digit;   // 1 + 10: which digit's center lies in the cell, 0 for none
};

// What the decoder says of each mention while it trains; the engine never sees this head. [R, ...]
struct MentionGuess {
  torch::Tensor present;  // 1: the image has what the name means
  torch::Tensor column;   // G: its cell's
  torch::Tensor row;      // G
};

inline constexpr int kMostThings = 5;  // of a scene

struct VlmImpl : torch::nn::Module {
  explicit VlmImpl(const VlmShape& shape);

  // images [B, 3, S, S] -> features [B, G, G, E], a cell's channels together.
  torch::Tensor See(const torch::Tensor& images);
  GridGuess Guess(const torch::Tensor& features);
  // features [B, G, G, E] -> image tokens [B, P, D].
  torch::Tensor Project(const torch::Tensor& features);
  // stream [R, D]: Streams::middle at the mentions.
  MentionGuess GuessMentions(const torch::Tensor& stream);
  // stream [R, D]: Streams::late at the mentions -> [R, 2]: how sure it is that the thing lies
  // further right, and further down, than the one named before it.
  torch::Tensor GuessOrder(const torch::Tensor& stream);
  // stream [R, D]: Streams::cells at covered cells -> [R, kMostThings]: which of equal things, in
  // the order of their first cells, it is.
  torch::Tensor GuessNumber(const torch::Tensor& stream);

  VisionEncoder vision_encoder{nullptr};
  torch::nn::Linear grid_heads{nullptr};
  torch::nn::Linear project_in{nullptr}, project_out{nullptr};
  Decoder decoder{nullptr};
  torch::nn::Linear mention_head{nullptr}, order_head{nullptr}, number_head{nullptr};
  VlmShape shape;
};
TORCH_MODULE(Vlm);

}  // namespace edgevlm::train
