#include "train/speed/measure_training.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "base/cpu.h"
#include "base/thread_pool.h"
#include "roofline/roofline.h"
#include "train/distil/distillation.h"
#include "train/loop/training_context.h"
#include "train/loop/training_step.h"
#include "train/speed/multiply_adds.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCorpusScenes = 3000;  // enough for a vocabulary of nearly the same size
constexpr int kWarmUpSteps = 1;      // which allocates what later steps use again
constexpr double kFlops = 2;         // of a multiply-add

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Of what an exported file has: no heads, and no map to a teacher's features.
std::int64_t ExportedParameters(const Vlm& model) {
  std::int64_t count = 0;
  for (const auto& named : model->named_parameters()) {
    const std::string& name = named.key();
    const bool is_exported =
        name.starts_with("eye.") || name.starts_with("project_") || name.starts_with("decoder.");
    if (is_exported) count += named.value().numel();
  }
  return count;
}

// Calls `once`, which makes one image, until the time is over; returns images per second.
template <class Once>
double RateOf(double seconds, const Once& once) {
  const Clock::time_point start = Clock::now();
  int count = 0;
  do {
    once(static_cast<std::uint64_t>(count));
    ++count;
  } while (SecondsSince(start) < seconds);
  return count / SecondsSince(start);
}

Batch BatchOf(const TrainingContext& context, const SampleOptions& samples, int images,
              std::uint64_t seed, std::uint64_t index) {
  // The loader makes the same batches as for training.
  Loader loader(samples, images, seed, index, 1, NthSample(context, samples, seed));
  return loader.Next();
}

// The float32 limit of so many threads; 0: not measured.
double Float32Limit(int threads) {
  if (!ChooseIsa()) return 0;
  ThreadPool pool(threads);
  // Memory is not of interest here.
  for (const Limit& limit :
       MeasureRoofline({.probe_ms = 20, .tries = 3, .memory_bytes = 16ull << 20}, pool)) {
    if (limit.name == "float32") return limit.all_threads;
  }
  return 0;
}

class Measurement {
 public:
  Measurement(const SpeedOptions& options, TrainingContext& context)
      : options_(options),
        context_(context),
        samples_(SamplesFor(context.run.shape, context.glyphs, Split::kTrain, Wording::kTrained)),
        optimizer_(MakeOptimizer(context.model, options.train)),
        step_(options.train, context, optimizer_) {
    context.model->train();
    for (int i = 0; i < step_.replicas(); ++i) {
      batches_.push_back(BatchOf(context, samples_, step_.images(), options.train.seed,
                                 static_cast<std::uint64_t>(i)));
    }
  }

  ImageSpeed Step(const std::string& name, Stage stage, Phase phase) {
    TrainOptions train = options_.train;
    train.stage = stage;
    constexpr double kHalfWay = 0.5;
    const Moment moment = MomentAt(train, kHalfWay);
    for (int i = 0; i < kWarmUpSteps; ++i) step_.Run(batches_, moment);
    const double steps_per_s =
        RateOf(options_.seconds, [&](std::uint64_t) { step_.Run(batches_, moment); });
    double images = 0, multiply_adds = 0;
    for (const Batch& batch : batches_) {
      const Batch texts = FirstOf(batch, options_.train.batch / step_.replicas());
      ForwardWork work = ForwardWorkOf(context_.model, texts, options_.train.distil);
      // Images for the vision encoder alone are of no use where it does not learn.
      const Batch& seen = phase == Phase::kDecoder ? texts : batch;
      const auto own = static_cast<double>(seen.images.size(0));
      work.encoder *= own / static_cast<double>(texts.images.size(0));
      images += own;
      multiply_adds += StepMultiplyAdds(work, phase);
    }
    return {name, steps_per_s * images, kFlops * multiply_adds / images / 1e9};
  }

  ImageSpeed Drawing() {
    ThreadPool alone(1);
    std::mt19937_64 rng(options_.train.seed);
    return {"draw scenes", RateOf(options_.seconds, [&](std::uint64_t) {
              MakeSample(samples_, context_.glyphs, context_.tokenizer, rng, alone);
            })};
  }

  ImageSpeed Reading() {
    ThreadPool alone(1);
    return {"read outputs", RateOf(options_.seconds, [&](std::uint64_t n) {
              context_.teacher->Make(n, options_.train.seed, samples_, alone);
            })};
  }

 private:
  const SpeedOptions& options_;
  TrainingContext& context_;
  const SampleOptions samples_;
  torch::optim::AdamW optimizer_;
  TrainingStep step_;
  std::vector<Batch> batches_;
};

}  // namespace

double TrainingSpeed::ShareOfLimit(const ImageSpeed& step) const {
  return gflops_limit > 0 ? step.images_per_s * step.gflop_per_image / gflops_limit : 0;
}

Result<TrainingSpeed> MeasureTraining(const SpeedOptions& options) {
  torch::set_num_threads(1);  // parallelism is over the replicas
  torch::manual_seed(static_cast<std::int64_t>(options.train.seed));
  auto context = NewTrainingContext(options.train, kCorpusScenes);
  if (!context) return context.error();
  TrainingSpeed speed;
  speed.parameters = ExportedParameters((*context)->model);
  speed.vocabulary = (*context)->run.shape.decoder.vocabulary;
  speed.gflops_limit = Float32Limit(options.train.threads);
  Measurement measurement(options, **context);
  speed.steps = {measurement.Step("encoder", Stage::kEncoder, Phase::kVisionEncoder),
                 measurement.Step("language", Stage::kLanguage, Phase::kDecoder),
                 measurement.Step("joint", Stage::kJoint, Phase::kAll)};
  speed.samples = {measurement.Drawing()};
  if ((*context)->teacher != nullptr) speed.samples.push_back(measurement.Reading());
  return speed;
}

}  // namespace edgevlm::train
