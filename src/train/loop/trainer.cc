#include "train/loop/trainer.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "train/data/loader.h"
#include "train/loop/carry_over.h"
#include "train/loop/checkpoint.h"
#include "train/loop/evaluation.h"
#include "train/loop/losses.h"
#include "train/loop/progress.h"
#include "train/loop/replicas.h"
#include "train/loop/schedule.h"
#include "train/ops/rounded.h"
#include "train/scenes/things.h"
#include "train/torch.h"
#include "train/vocabulary/corpus.h"
#include "train/vocabulary/train_bpe.h"

namespace edgevlm::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCorpusScenes = 30000;
constexpr int kTextPositions = 92;  // more than the longest question and reply need
constexpr double kGradientNorm = 1.0;
constexpr double kMaxMinutes = 1e6;
constexpr double kGridLossWeight = 0.3;  // once the decoder learns too
constexpr double kNameLossWeight = 0.2;
constexpr double kMentionLossWeight = 0.2;
constexpr double kOrderLossWeight = 0.5;
constexpr double kNumberLossWeight = 0.3;
constexpr double kExitLossWeight = 0.5;
constexpr float kNamelessFraction = 0.1f;
constexpr double kSmoothing = 0.98;  // of the stats in the progress line
constexpr std::uint64_t kHeldOutSeed = 0x5eed0001;

volatile std::sig_atomic_t stop_requested = 0;

Vocabulary LearnVocabulary(const TrainOptions& options) {
  std::mt19937_64 rng(options.seed);
  std::vector<Scene> scenes;
  for (int i = 0; i < kCorpusScenes; ++i) scenes.push_back(Compose({}, rng));
  std::vector<std::string> texts = CorpusTexts(scenes, options.seed);
  for (std::string& text : texts) text = " " + text;  // as in TokensOf()
  return TrainBpe(texts, options.vocabulary);
}

Run NewRun(const TrainOptions& options) {
  Run run;
  run.vocabulary = LearnVocabulary(options);
  run.shape.image_side = options.image_side;
  run.shape.things = static_cast<int>(ThingNames().size());
  run.shape.decoder.width = options.width;
  run.shape.decoder.heads = options.width / 32;
  run.shape.decoder.vocabulary = static_cast<int>(run.vocabulary.tokens.size());
  run.shape.decoder.context = run.shape.cells() + kTextPositions;
  return run;
}

Result<Run> StartRun(const TrainOptions& options) {
  std::error_code failure;
  std::filesystem::create_directories(options.out, failure);
  if (failure) return Error{ErrorCode::kIo, options.out + ": " + failure.message()};
  Result<Run> started = options.from.empty() ? NewRun(options) : LoadRun(options.from);
  if (!started) return started.error();
  Run& run = *started;
  if (options.relearn_vocabulary && !options.from.empty()) {
    run.vocabulary = LearnVocabulary(options);
    run.shape.decoder.vocabulary = static_cast<int>(run.vocabulary.tokens.size());
  }
  if (!options.exits.empty()) {
    run.shape.decoder.exits = options.exits;
    if (CheckRun(run)) {
      return Error{ErrorCode::kInvalid, "--exits: expected increasing numbers from 1 to " +
                                            std::to_string(run.shape.decoder.blocks - 1)};
    }
  }
  if (auto error = SaveRun(options.out, run.shape, run.vocabulary)) return *error;
  return started;
}

SampleOptions SamplesFor(const VlmShape& shape, const Glyphs& glyphs, Split split,
                         Wording wording) {
  return {.image_side = shape.image_side,
          .grid = shape.grid(),
          .nameless = split == Split::kTrain ? kNamelessFraction : 0.0f,
          .varied = glyphs.styles() > 1 ? kVariedFraction : 0.0f,
          .split = split,
          .wording = wording};
}

// What a training step needs; built once per session.
struct TrainingContext {
  Run run;
  Tokenizer tokenizer;
  Glyphs glyphs;
  Vlm model;
};

Result<std::unique_ptr<TrainingContext>> OpenTrainingContext(const TrainOptions& options) {
  const bool resumes = std::filesystem::exists(options.out + "/run.json");
  Result<Run> run = resumes ? LoadRun(options.out) : StartRun(options);
  if (!run) return run.error();
  if (run->shape.things != static_cast<int>(ThingNames().size())) {
    return Error{ErrorCode::kCorrupt, options.out + "/run.json: things: expected " +
                                          std::to_string(ThingNames().size()) + ", found " +
                                          std::to_string(run->shape.things)};
  }
  Result<Tokenizer> tokenizer = Tokenizer::Create(run->vocabulary);
  if (!tokenizer) return tokenizer.error();
  Result<Glyphs> glyphs = Glyphs::Load(options.glyphs);
  if (!glyphs) return glyphs.error();
  run->shape.decoder.rounded_to = RoundingType(options.quantized_as);
  Vlm model(run->shape);
  return std::unique_ptr<TrainingContext>(
      new TrainingContext{*std::move(run), *std::move(tokenizer), *std::move(glyphs), model});
}

// The first token of every name, with the preceding space; -1 for no thing.
torch::Tensor NameIds(const Tokenizer& tokenizer) {
  std::vector<std::int64_t> ids = {-1};
  for (const ThingName& name : ThingNames()) {
    const std::string spelled = std::string(" ").append(name.name);
    ids.push_back(tokenizer.Encode(spelled).front());
  }
  return torch::tensor(ids, torch::kInt64);
}

// Two parameter groups: the vision encoder with its grid heads, and the rest.
torch::optim::AdamW MakeOptimizer(Vlm& model, const TrainOptions& options) {
  std::vector<torch::Tensor> vision_encoder, rest;
  for (const auto& named : model->named_parameters()) {
    const bool of_vision_encoder =
        named.key().rfind("eye", 0) == 0 || named.key().rfind("grid", 0) == 0;
    (of_vision_encoder ? vision_encoder : rest).push_back(named.value());
  }
  const auto adam = torch::optim::AdamWOptions(options.rate).betas({0.9, 0.98}).weight_decay(0.02);
  return torch::optim::AdamW(
      {torch::optim::OptimizerParamGroup(vision_encoder), torch::optim::OptimizerParamGroup(rest)},
      adam);
}

void SetRates(torch::optim::AdamW& optimizer, const Moment& moment) {
  const double rates[] = {moment.vision_encoder_rate, moment.rate};
  for (std::size_t i = 0; i < optimizer.param_groups().size(); ++i) {
    static_cast<torch::optim::AdamWOptions&>(optimizer.param_groups()[i].options()).lr(rates[i]);
  }
}

// The loss of the decoder and of what trains it, on the first images of the features.
torch::Tensor DecoderLoss(Vlm& model, const torch::Tensor& cells, const Batch& batch,
                          Losses& losses) {
  const ResidualStreams streams =
      model->decoder->forward(cells, batch.ids, batch.positions, batch.text_starts);
  return TextLoss(model->decoder, streams.last, batch, losses) +
         kExitLossWeight * ExitLoss(model->decoder, streams.exits, batch, losses) +
         kMentionLossWeight * MentionLoss(model, streams.middle, batch, losses) +
         kOrderLossWeight * OrderLoss(model, streams.late, batch, losses) +
         kNumberLossWeight * NumberLoss(model, streams.cells, batch, losses);
}

// The forward pass of one step in this phase. text_images: how many of the batch have texts to
// learn from; the others train the vision encoder alone.
Losses ComputeLosses(Vlm& model, const Batch& batch, const Moment& moment, int text_images,
                     const torch::Tensor& name_ids) {
  Losses losses;
  // A frozen vision encoder uses its running statistics, so the decoder gets the features that the
  // engine will compute.
  model->vision_encoder->train(moment.phase != Phase::kDecoder);
  const Batch texts = FirstOf(batch, text_images);
  if (moment.phase == Phase::kDecoder) {
    torch::Tensor features;
    {
      const torch::NoGradGuard frozen;
      features = model->EncodeImages(texts.images);
    }
    const torch::Tensor cells = model->Project(features);
    losses.total = DecoderLoss(model, cells, texts, losses) +
                   kNameLossWeight * NameLoss(model->decoder, cells, texts, name_ids, losses);
    return losses;
  }
  const torch::Tensor features = model->EncodeImages(batch.images);
  const torch::Tensor grid_loss = GridLoss(model->PredictGrid(features), batch, losses);
  losses.total = grid_loss;
  if (moment.phase == Phase::kVisionEncoder && !moment.keeps_names) return losses;
  const torch::Tensor cells = model->Project(features);
  const torch::Tensor name_loss = NameLoss(model->decoder, cells, batch, name_ids, losses);
  if (moment.phase == Phase::kVisionEncoder) {
    losses.total = grid_loss + kNameLossWeight * name_loss;
    return losses;
  }
  const torch::Tensor text_cells = cells.narrow(0, 0, text_images);
  losses.total = DecoderLoss(model, text_cells, texts, losses) + kNameLossWeight * name_loss +
                 kGridLossWeight * grid_loss;
  return losses;
}

// Exponential moving averages of the losses, for the progress line and the log.
class RunningStats {
 public:
  void Add(const Losses& losses) {
    const double now[kCount] = {losses.cover,   losses.center, losses.box,        losses.color,
                                losses.digit,   losses.text,   losses.text_right, losses.name,
                                losses.mention, losses.order,  losses.number,     losses.exit};
    for (std::size_t i = 0; i < kCount; ++i) {
      values_[i] = started_ ? kSmoothing * values_[i] + (1 - kSmoothing) * now[i] : now[i];
    }
    started_ = true;
  }
  std::string Text() const {
    char text[256];
    std::snprintf(text, sizeof(text),
                  "cover %.3f center %.3f color %.3f digit %.3f name %.3f mention %.3f order %.3f "
                  "number %.3f exit %.3f text %.3f right %.3f",
                  values_[0], values_[1], values_[3], values_[4], values_[7], values_[8],
                  values_[9], values_[10], values_[11], values_[5], values_[6]);
    return text;
  }
  nlohmann::json Json() const {
    return {{"cover", values_[0]},      {"centre", values_[1]},  {"place", values_[2]},
            {"colour", values_[3]},     {"digit", values_[4]},   {"text", values_[5]},
            {"text_right", values_[6]}, {"name", values_[7]},    {"mention", values_[8]},
            {"order", values_[9]},      {"number", values_[10]}, {"exit", values_[11]}};
  }

 private:
  static constexpr std::size_t kCount = 12;
  double values_[kCount] = {};
  bool started_ = false;
};

// One session of a run: steps, progress and checkpoints.
class Session {
 public:
  Session(const TrainOptions& options, TrainingContext& context)
      : options_(options),
        context_(context),
        name_ids_(NameIds(context.tokenizer)),
        optimizer_(MakeOptimizer(context.model, options)) {}

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
    // After loading, because the replicas share the memory of the weights.
    replicas_ = std::make_unique<Replicas>(context_.model, options_.threads);
    const int parts = replicas_->count();
    text_images_ = options_.batch / parts;
    Loader loader(SamplesFor(context_.run.shape, context_.glyphs, Split::kTrain, Wording::kTrained),
                  text_images_ + options_.grid_batch / parts, options_.seed,
                  static_cast<std::uint64_t>(state_.step * parts), options_.loaders,
                  context_.glyphs, context_.tokenizer);
    context_.model->train();
    double saved = state_.minutes;
    while (state_.minutes < options_.minutes && stop_requested == 0) {
      std::vector<Batch> batches;
      for (int i = 0; i < parts; ++i) batches.push_back(loader.Next());
      Step(batches);
      if (state_.minutes - saved >= options_.checkpoint_minutes) {
        saved = state_.minutes;
        if (auto error = Save()) return error;
      }
    }
    progress_.EndLine();
    return Save();
  }

 private:
  MaybeError TakeWeights() {
    const Result<Run> old = LoadRun(options_.from);
    if (!old) return old.error();
    if (old->vocabulary.tokens == context_.run.vocabulary.tokens) {
      return LoadParts(options_.from, context_.model);
    }
    Vlm model(old->shape);
    if (auto error = LoadParts(options_.from, model)) return error;
    return CarryOver(*old, model, context_.run, context_.model);
  }

  void Step(const std::vector<Batch>& batches) {
    const Moment moment = MomentAt(options_, state_.minutes / options_.minutes);
    SetRates(optimizer_, moment);
    const std::vector<Losses> losses =
        replicas_->Backward(batches, [&](Vlm& model, const Batch& batch) {
          return ComputeLosses(model, batch, moment, text_images_, name_ids_);
        });
    torch::nn::utils::clip_grad_norm_(context_.model->parameters(), kGradientNorm);
    optimizer_.step();

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
    progress_.Show(state_.minutes / options_.minutes, head + stats_.Text(),
                   60.0 * (options_.minutes - state_.minutes));
    if (state_.minutes < next_log_) return;
    next_log_ = state_.minutes + 1.0;
    nlohmann::json line = stats_.Json();
    line["minutes"] = state_.minutes;
    line["pictures"] = state_.images;
    line["phase"] = static_cast<int>(moment.phase);
    line["pictures_per_s"] = speed;
    std::ofstream(options_.out + "/log.jsonl", std::ios::app) << line.dump() << "\n";
  }

  MaybeError Save() { return SaveCheckpoint(options_.out, context_.model, optimizer_, state_); }

  const TrainOptions& options_;
  TrainingContext& context_;
  torch::Tensor name_ids_;  // [1 + things]
  torch::optim::AdamW optimizer_;
  std::unique_ptr<Replicas> replicas_;
  RunState state_;
  RunningStats stats_;
  Progress progress_{"train"};
  Clock::time_point started_;
  double minutes_before_ = 0;
  std::int64_t images_before_ = 0;
  int text_images_ = 0;  // per replica and step
  double next_log_ = 0;
};

// Evaluates once with the plain wordings, and once with those that training never uses.
MaybeError PrintEvaluation(const TrainOptions& options, TrainingContext& context) {
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

MaybeError Validate(const TrainOptions& options) {
  const auto invalid = [](const char* what, double found) -> MaybeError {
    return Error{ErrorCode::kInvalid, std::string(what) + ", found " + std::to_string(found)};
  };
  if (options.out.empty()) return Error{ErrorCode::kInvalid, "--out: expected a folder"};
  if (!(options.minutes > 0 && options.minutes <= kMaxMinutes)) {
    return invalid("--minutes: expected more than 0, up to a million", options.minutes);
  }
  if (!(options.vision_encoder_part >= 0 && options.vision_encoder_part < 1)) {
    return invalid("--eye-part: expected from 0 to less than 1", options.vision_encoder_part);
  }
  if (!(options.blind_part >= 0 && options.blind_part <= 1 - options.vision_encoder_part)) {
    return invalid("--blind-part: expected from 0 to what --eye-part leaves", options.blind_part);
  }
  if (options.image_side < 64 || options.image_side > 512 || options.image_side % kCellPixels) {
    return invalid("--picture-side: expected a multiple of 16 from 64 to 512", options.image_side);
  }
  if (options.width < 32 || options.width > 1024 || options.width % 32 != 0) {
    return invalid("--width: expected a multiple of 32 from 32 to 1024", options.width);
  }
  if (!options.quantized_as.empty() && !RoundingType(options.quantized_as)) {
    return Error{ErrorCode::kInvalid,
                 "--quantize-aware: expected q4_0, q4_1, q5_0, q5_1, q8_0 or iq4_nl, found " +
                     options.quantized_as};
  }
  if (options.vocabulary < 300 || options.vocabulary > 50000) {
    return invalid("--vocabulary: expected 300 to 50000", options.vocabulary);
  }
  if (options.threads < 1 || options.threads > 256) {
    return invalid("--threads: expected 1 to 256", options.threads);
  }
  if (options.batch < options.threads || options.batch % options.threads != 0) {
    return invalid("--batch: expected a multiple of --threads", options.batch);
  }
  if (options.grid_batch < 0 || options.grid_batch > 4096 ||
      options.grid_batch % options.threads != 0) {
    return invalid("--grid-batch: expected a multiple of --threads up to 4096", options.grid_batch);
  }
  if (options.batch > 4096) return invalid("--batch: expected at most 4096", options.batch);
  if (options.loaders < 1 || options.loaders > 256) {
    return invalid("--loaders: expected 1 to 256", options.loaders);
  }
  if (options.evaluate_images < 0 || options.evaluate_images > 1000000) {
    return invalid("--evaluate-pictures: expected 0 to 1000000", options.evaluate_images);
  }
  return std::nullopt;
}

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
