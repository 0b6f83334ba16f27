#include "train/loop/training_step.h"

#include <cstdint>
#include <string>

#include "train/distil/distillation.h"
#include "train/loop/step_losses.h"
#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

constexpr double kGradientNorm = 1.0;

// The first token of every name, with the preceding space; -1 for no thing.
torch::Tensor NameIds(const Tokenizer& tokenizer) {
  std::vector<std::int64_t> ids = {-1};
  for (const ThingName& name : ThingNames()) {
    const std::string spelled = std::string(" ").append(name.name);
    ids.push_back(tokenizer.Encode(spelled).front());
  }
  return torch::tensor(ids, torch::kInt64);
}

void SetRates(torch::optim::AdamW& optimizer, const Moment& moment) {
  const double rates[] = {moment.vision_encoder_rate, moment.rate};
  for (std::size_t i = 0; i < optimizer.param_groups().size(); ++i) {
    static_cast<torch::optim::AdamWOptions&>(optimizer.param_groups()[i].options()).lr(rates[i]);
  }
}

}  // namespace

torch::optim::AdamW MakeOptimizer(Vlm& model, const TrainOptions& options) {
  std::vector<torch::Tensor> vision_encoder, rest;
  for (const auto& named : model->named_parameters()) {
    const bool of_vision_encoder = named.key().starts_with("eye") ||
                                   named.key().starts_with("grid") || IsFeatureMap(named.key());
    (of_vision_encoder ? vision_encoder : rest).push_back(named.value());
  }
  const auto adam = torch::optim::AdamWOptions(options.rate).betas({0.9, 0.98}).weight_decay(0.02);
  return torch::optim::AdamW(
      {torch::optim::OptimizerParamGroup(vision_encoder), torch::optim::OptimizerParamGroup(rest)},
      adam);
}

TrainingStep::TrainingStep(const TrainOptions& options, TrainingContext& context,
                           torch::optim::AdamW& optimizer)
    : options_(options),
      context_(context),
      optimizer_(optimizer),
      name_ids_(NameIds(context.tokenizer)),
      replicas_(context.model, options.threads,
                [&](Vlm& copy) {
                  if (options.distil.features > 0) {
                    AddFeatureMap(copy, context.teacher->feature_width());
                  }
                }),
      text_images_(options.batch / options.threads) {}

std::vector<Losses> TrainingStep::Run(const std::vector<Batch>& batches, const Moment& moment) {
  SetRates(optimizer_, moment);
  std::vector<Losses> losses = replicas_.Backward(batches, [&](Vlm& model, const Batch& batch) {
    return StepLosses(model, batch, {moment, text_images_, name_ids_}, options_.distil);
  });
  torch::nn::utils::clip_grad_norm_(context_.model->parameters(), kGradientNorm);
  optimizer_.step();
  return losses;
}

}  // namespace edgevlm::train
