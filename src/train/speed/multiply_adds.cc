#include "train/speed/multiply_adds.h"

#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr double kForwardAndBackward = 3;

double Size(const torch::Tensor& tensor) { return static_cast<double>(tensor.numel()); }

// Adds the work of an image to `sum` and halves `side` if the convolution has a stride of 2.
void AddConvolution(const ConvNorm& part, std::int64_t& side, double& sum) {
  const auto stride = (*part->conv->options.stride())[0];
  side = (side + stride - 1) / stride;
  sum += Size(part->conv->weight) * static_cast<double>(side * side);
}

double EncoderWork(const VisionEncoder& encoder, std::int64_t side) {
  double sum = 0;
  AddConvolution(encoder->stem, side, sum);
  for (const Bottleneck& block : encoder->blocks) {
    if (!block->expand.is_empty()) AddConvolution(block->expand, side, sum);
    AddConvolution(block->depthwise, side, sum);
    if (!block->squeeze.is_empty()) {  // of one mean over the image
      sum += Size(block->squeeze->reduce->weight) + Size(block->squeeze->expand->weight);
    }
    AddConvolution(block->project, side, sum);
  }
  AddConvolution(encoder->head, side, sum);
  return sum;
}

double RowWork(const torch::nn::Linear& linear) { return Size(linear->weight); }

double BlocksWork(const Decoder& decoder, const Batch& batch, double cells, bool needs_cells) {
  const double images = static_cast<double>(batch.ids.size(0));
  const double text_rows = Size(batch.ids), cell_rows = images * cells;
  // Of each text token: those of its text up to itself, and all of the image.
  const torch::Tensor own =
      torch::arange(batch.ids.size(2)).sub(batch.text_starts).add(1).sum(torch::kInt64);
  const double pairs = static_cast<double>(own.item<std::int64_t>()) + text_rows * cells +
                       images * cells * (cells + 1) / 2;
  double sum = 0;
  for (std::size_t i = 0; i < decoder->blocks.size(); ++i) {
    const DecoderBlock& block = decoder->blocks[i];
    const bool has_cells = needs_cells || i + 1 < decoder->blocks.size();
    const double rows = text_rows + (has_cells ? cell_rows : 0);
    sum += (text_rows + cell_rows) * RowWork(block->attn_qkv) +
           2 * pairs * static_cast<double>(decoder->shape.width) +  // scores and weighted values
           rows * (RowWork(block->attn_output) + RowWork(block->ffn_up) + RowWork(block->ffn_down));
  }
  return sum;
}

}  // namespace

ForwardWork ForwardWorkOf(Vlm& model, const Batch& batch, const DistilOptions& options) {
  const double images = static_cast<double>(batch.images.size(0));
  const double text_images = static_cast<double>(batch.ids.size(0));
  const double cells = model->shape.cells();
  const double replies = static_cast<double>((batch.labels >= 0).sum().item<std::int64_t>());
  ForwardWork work;
  work.encoder = images * (EncoderWork(model->vision_encoder, model->shape.image_side) +
                           cells * (RowWork(model->grid_heads) + RowWork(model->grid_reading) +
                                    RowWork(model->grid_pointers)));
  work.projector = text_images * cells * (RowWork(model->project_in) + RowWork(model->project_out));
  work.decoder = BlocksWork(model->decoder, batch, cells, options.on_image_tokens());
  work.logits = (replies + (options.on_image_tokens() ? text_images * cells : 0)) *
                Size(model->decoder->token_embd->weight);
  return work;
}

double StepMultiplyAdds(const ForwardWork& forward, Phase phase) {
  const double decoder = forward.projector + forward.decoder + forward.logits;
  switch (phase) {
    case Phase::kVisionEncoder:
      return kForwardAndBackward * forward.encoder;
    case Phase::kDecoder:
      return forward.encoder + kForwardAndBackward * decoder;
    case Phase::kAll:
      return kForwardAndBackward * (forward.encoder + decoder);
  }
  return 0;
}

}  // namespace edgevlm::train
