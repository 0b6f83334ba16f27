#include "train/loop/trainer.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "train/data/loader.h"
#include "train/loop/carry_over.h"
#include "train/loop/checkpoint.h"
#include "train/loop/evaluation.h"
#include "train/loop/progress.h"
#include "train/loop/running_stats.h"
#include "train/loop/schedule.h"
#include "train/loop/training_context.h"
#include "train/loop/training_step.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kHeldOutSeed = 0x5eed0001;

volatile std::sig_atomic_t stop_requested = 0;

bool HaveTheSameWeights(const Run& a, const Run& b) {
  VlmShape shape = a.shape;
  shape.decoder.exits = b.shape.decoder.exits;
  shape.decoder.arithmetic = b.shape.decoder.arithmetic;
  return shape == b.shape && a.vocabulary.tokens == b.vocabulary.tokens;
}

// One session of a run: steps, progress and checkpoints.
class Session {
 public:
  Session(const TrainOptions& options, TrainingContext& context)
      : options_(options), context_(context), optimizer_(MakeOptimizer(context.model, options)) {}

  MaybeError TrainToEnd() {
    if (std::filesystem::exists(options_.out + "/state.json")) {
      Result<RunState> state = LoadCheckpoint(options_.out, context_.model, optimizer_);
      if (!state) return state.error();
      state_ = *state;
    } else if (!options_.from.empty()) {
      if (auto error = TakeWeights()) return error;
    }
    minutes_before_ = state_.minutes;
    images_before_ = state_.images;
    started_ = Clock::now();
    step_ = std::make_unique<TrainingStep>(options_, context_, optimizer_);
    const int parts = step_->replicas();
    SampleOptions samples =
        SamplesFor(context_.run.shape, context_.glyphs, Split::kTrain, Wording::kTrained);
    samples.instruments = options_.instruments;
    Loader loader(samples, step_->images(), options_.seed,
                  static_cast<std::uint64_t>(state_.step * parts), options_.loaders,
                  NthSample(context_, samples, options_.seed));
    context_.model->train();
    double saved = state_.minutes;
    while (Done() < 1 && stop_requested == 0) {
      std::vector<Batch> batches;
      try {
        for (int i = 0; i < parts; ++i) batches.push_back(loader.Next());
      } catch (const ImagesGone& gone) {
        progress_.EndLine();
        if (auto error = Save()) return error;
        return Error{ErrorCode::kNotFound, gone.what()};
      }
      Step(batches);
      if (state_.minutes - saved >= options_.checkpoint_minutes) {
        saved = state_.minutes;
        if (auto error = Save()) return error;
      }
    }
    progress_.EndLine();
    ReportUnreadable();
    return Save();
  }

 private:
  void ReportUnreadable() const {
    if (context_.teacher == nullptr || context_.teacher->unreadable() == 0) return;
    std::printf("%llu times, an image could not be read and another was taken, first: %s\n",
                static_cast<unsigned long long>(context_.teacher->unreadable()),
                context_.teacher->first_unreadable().c_str());
  }

  MaybeError TakeWeights() {
    const Result<Run> old = LoadRun(options_.from);
    if (!old) return old.error();
    if (HaveTheSameWeights(*old, context_.run)) return LoadParts(options_.from, context_.model);
    Vlm model(old->shape);
    if (auto error = LoadParts(options_.from, model)) return error;
    return CarryOver(*old, model, context_.run, context_.model);
  }

  void Step(const std::vector<Batch>& batches) {
    const Moment moment = MomentAt(options_, Done());
    const std::vector<Losses> losses = step_->Run(batches, moment);
    ++state_.step;
    for (const Batch& batch : batches) state_.images += batch.images.size(0);
    state_.minutes =
        minutes_before_ + std::chrono::duration<double>(Clock::now() - started_).count() / 60.0;
    for (const Losses& part : losses) stats_.Add(part);
    Report(moment);
  }

  void Report(const Moment& moment) {
    const double minutes = state_.minutes - minutes_before_;
    const double speed = static_cast<double>(state_.images - images_before_) / (60.0 * minutes);
    char head[64];
    std::snprintf(head, sizeof(head), "phase %d  %.0f images/s  ", static_cast<int>(moment.phase),
                  speed);
    progress_.Show(Done(), head + stats_.Text(context_.teacher != nullptr), SecondsLeft());
    if (state_.minutes < next_log_) return;
    next_log_ = state_.minutes + 1.0;
    nlohmann::json line = stats_.Json(context_.teacher != nullptr);
    line["minutes"] = state_.minutes;
    line["pictures"] = state_.images;
    line["phase"] = static_cast<int>(moment.phase);
    line["pictures_per_s"] = speed;
    std::ofstream(options_.out + "/log.jsonl", std::ios::app) << line.dump() << "\n";
  }

  // How much of the run is over, in [0, 1].
  double Done() const {
    return options_.steps > 0 ? std::min(1.0, static_cast<double>(state_.step) /
                                                  static_cast<double>(options_.steps))
                              : std::min(1.0, state_.minutes / options_.minutes);
  }

  double SecondsLeft() const {
    const double done = std::max(Done(), 1e-9);
    return 60.0 * state_.minutes * (1 - done) / done;
  }

  MaybeError Save() { return SaveCheckpoint(options_.out, context_.model, optimizer_, state_); }

  const TrainOptions& options_;
  TrainingContext& context_;
  torch::optim::AdamW optimizer_;
  std::unique_ptr<TrainingStep> step_;
  RunState state_;
  RunningStats stats_;
  Progress progress_{"train"};
  Clock::time_point started_;
  double minutes_before_ = 0;
  std::int64_t images_before_ = 0;
  double next_log_ = 0;
};

// Evaluates once with the plain wordings, and once with those that training never uses.
MaybeError PrintEvaluation(const TrainOptions& options, TrainingContext& context) {
  if (context.teacher != nullptr && !context.teacher->has_scenes()) {
    std::puts("not evaluated: scenes are no test of this data set (edgevlm eval)");
    return std::nullopt;
  }
  const int batches = (options.evaluate_images + options.batch - 1) / options.batch;
  const auto evaluate = [&](Wording wording, bool blank) {
    Loader loader(SamplesFor(context.run.shape, context.glyphs, Split::kHeldOut, wording),
                  options.batch, kHeldOutSeed, 0, options.loaders, context.glyphs,
                  context.tokenizer);
    return Evaluate(
        context.model, [&] { return loader.Next(); }, batches, blank);
  };
  for (const Wording wording : {Wording::kPlain, Wording::kHeldOut}) {
    std::puts(wording == Wording::kPlain ? "plain wordings" : "held-out wordings");
    const Evaluation seeing = evaluate(wording, false);
    std::fputs(TableText(seeing, evaluate(wording, true)).c_str(), stdout);
  }
  return std::nullopt;
}

}  // namespace

MaybeError Train(const TrainOptions& options) {
  if (auto error = Validate(options)) return error;
  torch::set_num_threads(1);  // parallelism is over the replicas
  torch::manual_seed(static_cast<std::int64_t>(options.seed));
  Result<std::unique_ptr<TrainingContext>> context = OpenTrainingContext(options);
  if (!context) return context.error();
  // The first signal stops the run after its step, with a checkpoint; a second one stops it at
  // once.
  std::signal(SIGINT, [](int signal) {
    stop_requested = 1;
    std::signal(signal, SIG_DFL);
  });
  if (auto error = Session(options, **context).TrainToEnd()) return error;
  if (stop_requested != 0) return std::nullopt;
  return PrintEvaluation(options, **context);
}

MaybeError EvaluateRun(const TrainOptions& options) {
  if (auto error = Validate(options)) return error;
  if (!std::filesystem::exists(options.out + "/run.json")) {  // otherwise a run would be created
    return Error{ErrorCode::kNotFound, options.out + "/run.json: no such file"};
  }
  torch::set_num_threads(1);
  Result<std::unique_ptr<TrainingContext>> context = OpenTrainingContext(options);
  if (!context) return context.error();
  if (auto error = LoadModel(options.out, (*context)->model)) return error;
  return PrintEvaluation(options, **context);
}

}  // namespace edgevlm::train
