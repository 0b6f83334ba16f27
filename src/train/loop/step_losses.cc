#include "train/loop/step_losses.h"

namespace edgevlm::train {
namespace {

constexpr double kGridLossWeight = 0.3;  // once the decoder learns too
constexpr double kNameLossWeight = 0.2;
constexpr double kMentionLossWeight = 0.2;
constexpr double kOrderLossWeight = 0.5;
constexpr double kNumberLossWeight = 0.3;
constexpr double kExitLossWeight = 0.5;

// The loss of the decoder on labels and of what trains it.
torch::Tensor SupervisedLoss(Vlm& model, const ResidualStreams& streams, const Batch& batch,
                             Losses& losses) {
  return TextLoss(model->decoder, streams.last, batch, losses) +
         kExitLossWeight * ExitLoss(model->decoder, streams.exits, batch, losses) +
         kMentionLossWeight * MentionLoss(model, streams.middle, batch, losses) +
         kOrderLossWeight * OrderLoss(model, streams.late, batch, losses) +
         kNumberLossWeight * NumberLoss(model, streams.cells, batch, losses);
}

// All losses of the decoder. cells [B, P, D]: image tokens.
torch::Tensor DecoderLoss(Vlm& model, const torch::Tensor& cells, const Batch& batch,
                          const DistilOptions& options, Losses& losses) {
  Decoder& decoder = model->decoder;
  const ResidualStreams streams =
      decoder->forward(cells, batch.ids, batch.positions, batch.text_starts,
                       options.on_image_tokens() ? Rows::kAll : Rows::kText);
  torch::Tensor sum = ReplyDistillation(decoder, streams.last, batch, options, losses.distil);
  if (options.on_image_tokens()) {
    sum = sum + ImageTokenDistillation(decoder, streams.last_cells, batch, options, losses.distil);
  }
  if (options.supervised <= 0) return sum;
  return sum + options.supervised * SupervisedLoss(model, streams, batch, losses);
}

// The losses of the vision encoder on the cells' labels, if they are known.
torch::Tensor LabeledGridLoss(Vlm& model, const torch::Tensor& features, const Batch& batch,
                              const DistilOptions& options, Losses& losses) {
  if (!batch.has_grid || options.supervised <= 0) return torch::zeros({});
  return options.supervised * GridLoss(model->PredictGrid(features), batch, losses);
}

torch::Tensor LabeledNameLoss(Vlm& model, const torch::Tensor& cells, const Batch& batch,
                              const StepPlan& plan, const DistilOptions& options, Losses& losses) {
  if (!batch.has_grid || options.supervised <= 0) return torch::zeros({});
  return options.supervised * kNameLossWeight *
         NameLoss(model->decoder, cells, batch, plan.name_ids, losses);
}

// Projector and decoder alone. A frozen vision encoder uses its running statistics, so the decoder
// gets the features that the engine will compute.
torch::Tensor FrozenEncoderLoss(Vlm& model, const Batch& texts, const StepPlan& plan,
                                const DistilOptions& options, Losses& losses) {
  torch::Tensor features;
  {
    const torch::NoGradGuard frozen;
    features = model->EncodeImages(texts.images);
  }
  const torch::Tensor cells = model->Project(features);
  return DecoderLoss(model, cells, texts, options, losses) +
         LabeledNameLoss(model, cells, texts, plan, options, losses);
}

torch::Tensor TotalLoss(Vlm& model, const Batch& batch, const StepPlan& plan,
                        const DistilOptions& options, Losses& losses) {
  const Phase phase = plan.moment.phase;
  model->vision_encoder->train(phase != Phase::kDecoder);
  const Batch texts = FirstOf(batch, plan.text_images);
  if (phase == Phase::kDecoder) return FrozenEncoderLoss(model, texts, plan, options, losses);
  const torch::Tensor features = model->EncodeImages(batch.images);
  const torch::Tensor grid_loss = LabeledGridLoss(model, features, batch, options, losses);
  torch::Tensor encoder_loss = torch::zeros({});
  if (options.on_features()) {
    encoder_loss = FeatureDistillation(model, features, batch, options, losses.distil);
  }
  if (phase == Phase::kVisionEncoder && !plan.moment.keeps_names) return grid_loss + encoder_loss;
  const torch::Tensor cells = model->Project(features);
  const torch::Tensor name_loss = LabeledNameLoss(model, cells, batch, plan, options, losses);
  if (phase == Phase::kVisionEncoder) return grid_loss + encoder_loss + name_loss;
  return DecoderLoss(model, cells.narrow(0, 0, plan.text_images), texts, options, losses) +
         name_loss + kGridLossWeight * grid_loss + encoder_loss;
}

}  // namespace

Losses StepLosses(Vlm& model, const Batch& batch, const StepPlan& plan,
                  const DistilOptions& options) {
  Losses losses;
  losses.total = TotalLoss(model, batch, plan, options, losses);
  // A batch may have nothing to learn from: no reply that was taught, say.
  if (!losses.total.requires_grad()) {
    losses.total = losses.total + 0.0 * model->decoder->output_norm->weight.sum();
  }
  return losses;
}

}  // namespace edgevlm::train
