// edgevlm batch IMAGES...: captions of many images, or answers about them (docs/batch.md).
#include "fleet/batch.h"

#include <cstdio>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cli/batch_bar.h"
#include "cli/chat/interrupts.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/queue_options.h"
#include "cli/schema_file.h"
#include "cli/write_file.h"
#include "digest/sha256.h"
#include "engine/precision_names.h"
#include "fleet/image_list.h"

namespace edgevlm {
namespace {

constexpr std::int64_t kPrintedLines = 10;  // of failures and problems

class BatchCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("IMAGES", inputs_,
                   "folders, image files, patterns, or lists of paths; -: a list on standard input")
        ->required()
        ->type_name("");
    app.add_option("--out", batch_.results, "where results go, one JSON object per line")
        ->required()
        ->type_name("FILE");
    app.add_option("-q,--question", batch_.pipeline.asked.questions,
                   "ask this in place of captions; may be given several times")
        ->type_name("TEXT")
        ->allow_extra_args(false);
    app.add_option("--schema", schema_path_, "replies are JSON that fits the schema in this file")
        ->type_name("FILE");
    app.add_option("-j,--running", batch_.pipeline.running, "images decoded together")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 256).description(""));
    app.add_option("--order", order_, "of the results: as in the list, or as they come")
        ->type_name("input|done")
        ->capture_default_str()
        ->check(CLI::IsMember({"input", "done"}).description(""));
    app.add_option("--tries", batch_.tries, "how often an image that fails is tried")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 100).description(""));
    DeclareOutputs(app);
    DeclareQueue(app, queue_.queue);
    app.add_option("--ahead", queue_.ahead, "images that the batch keeps in the queue")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20).description(""));
    DeclareDecode(app, batch_.pipeline.asked.decode);
    DeclareJson(app, json_);
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    GroupOptions(app, {"--model", "--out", "--question", "--schema", "--running", "--order",
                       "--tries", "--sqlite", "--xmp", "--iptc", "--rename", "--queue",
                       "--max-tokens", "--threads", "--json"});
    app.footer(
        "Interrupted in any way, the same command goes on: no result is lost or there twice.\n"
        "Images that fail are listed in FILE.failed, and tried again by the same command.\n"
        "Images themselves are never written; --rename gives them new names in their folders.\n"
        "Examples:\n"
        "  edgevlm batch photos --out results.jsonl\n"
        "  edgevlm batch 'photos/*.jpg' --out results.jsonl -q \"is there a dog?\" -q \"where?\"\n"
        "  find / -name '*.jpg' -print0 | edgevlm batch - --out results.jsonl --sqlite "
        "captions.db\n"
        "  edgevlm search \"red car\" --sqlite captions.db\n"
        "  edgevlm batch photos --out results.jsonl --xmp --rename \"{caption}\"");
  }

  ExitCode Run(Output& output) override {
    if (auto error = Prepare()) return Fail(*error);
    const Result<ImageList> list = ListImages(inputs_);
    if (!list) return Fail(list.error());
    for (const std::string& problem : list->problems) PrintError(problem);
    if (list->duplicates > 0) {
      PrintError("batch: " + std::to_string(list->duplicates) + " images listed again: left out");
    }
    const Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    if (engine->info().image_size == 0) {
      return Fail({ErrorCode::kUnsupported, "batch: this model reads no images"});
    }
    if (!json_) PrintNotice(engine->info());
    DescribeWork(engine->info());
    queue_.model = ModelKey(engine->info(), model_);
    const Result<BatchReport> report = RunWithProgress(*engine, list->images);
    if (!report) return Fail(report.error());
    PrintFailures(*report);
    output.Print(json_ ? Json(*report) : Text(*report));
    const bool is_done = report->failures.empty() && report->problems == 0 &&
                         list->problems.empty() && !report->is_stopped;
    return is_done ? ExitCode::kDone : ExitCode::kFailed;
  }

 private:
  void DeclareOutputs(CLI::App& app) {
    app.add_option("--sqlite", batch_.index, "a database of the results too, for edgevlm search")
        ->type_name("FILE");
    app.add_flag("--xmp", batch_.makes_sidecars,
                 "write IMAGE.xmp beside each image, where photo programs find the caption");
    app.add_flag("--iptc", batch_.has_iptc,
                 "the same, with IPTC's fields for it (in the sidecar: images are not written)");
    app.add_option("--rename", rename_,
                   "give images names such as \"{number} {caption}\"; also {name}, {answer2}")
        ->type_name("TEMPLATE");
  }

  MaybeError Prepare() {
    const std::vector<std::string>& questions = batch_.pipeline.asked.questions;
    for (const std::string& question : questions) {
      if (question.empty()) {
        return Error{ErrorCode::kInvalid, "--question: expected a text, found none"};
      }
    }
    if (auto error = CheckResultPath(batch_.results, "")) return error;
    if (auto error = CheckQueue(queue_.queue)) return error;
    batch_.in_order = order_ == "input";
    batch_.makes_sidecars = batch_.makes_sidecars || batch_.has_iptc;
    if (questions.size() > 1) model_.prefix_cache_bytes = kBatchPrefixCacheBytes;
    if (!rename_.empty()) {
      auto rename = NameTemplate::Parse(rename_, std::max<std::size_t>(1, questions.size()));
      if (!rename) return rename.error();
      batch_.rename = *std::move(rename);
    }
    if (schema_path_.empty()) return {};
    auto grammar = ReadSchemaFile(schema_path_);
    if (!grammar) return grammar.error();
    batch_.pipeline.asked.decode.grammar = *std::move(grammar);
    const auto digest = Sha256OfFile(schema_path_);
    if (!digest) return digest.error();
    schema_digest_ = *digest;
    if (!queue_.queue.url.empty()) return ReadSchemaText();
    return {};
  }

  // Workers compile it themselves.
  MaybeError ReadSchemaText() {
    const auto text = ReadInput(schema_path_);
    if (!text) return text.error();
    queue_.schema.assign(reinterpret_cast<const char*>(text->data()), text->size());
    return {};
  }

  // Results of one file must not come from different models or questions.
  void DescribeWork(const ModelInfo& model) {
    const std::string name = model_.model.empty() ? "built-in" : model_.model;
    batch_.writer = "EdgeVLM, " + name;
    const nlohmann::json questions = batch_.pipeline.asked.questions;
    const DecodeOptions& decode = batch_.pipeline.asked.decode;
    const nlohmann::json sampling = {decode.temperature,
                                     decode.top_k,
                                     decode.top_p,
                                     decode.min_p,
                                     decode.repetition_penalty,
                                     decode.presence_penalty,
                                     decode.frequency_penalty,
                                     decode.seed.value_or(0)};
    batch_.work = {
        {"model", name + ", " + std::to_string(model.file_bytes) + " bytes"},
        {"questions", questions.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)},
        {"schema", schema_digest_},
        {"max-tokens", std::to_string(decode.max_tokens)},
        {"sampling", sampling.dump()},
        {"precision", std::string(PrecisionName(model_.precision))},
        {"context", std::to_string(model.context_tokens)},
        {"image-max-tokens", std::to_string(model_.image_max_tokens)}};
  }

  Result<BatchReport> RunWithProgress(const Engine& engine,
                                      const std::vector<std::string>& images) {
    const Interrupts interrupts;
    BatchBar bar;
    std::int64_t problems = 0;
    const BatchCalls calls = {
        .on_progress = [&](const BatchProgress& progress) { bar.Show(progress); },
        .on_problem =
            [&](const std::string& line) {
              bar.Clear();
              if (++problems <= kPrintedLines) PrintError(line);
            },
        .is_stopped = [&] { return interrupts.wants_stop() || interrupts.wants_end(); }};
    Result<BatchReport> report = queue_.queue.url.empty()
                                     ? RunBatch(engine, images, batch_, calls)
                                     : RunBatchByQueue(queue_, images, batch_, calls);
    seconds_ = bar.seconds();
    return report;
  }

  void PrintFailures(const BatchReport& report) const {
    std::int64_t printed = 0;
    for (const FailedImage& failure : report.failures) {
      if (++printed > kPrintedLines) break;
      PrintError(failure.message);
    }
    if (report.is_stopped) PrintError("batch: stopped; the same command goes on");
  }

  std::string Text(const BatchReport& report) const {
    const BatchProgress& progress = report.progress;
    std::string text = std::to_string(progress.images) +
                       " images: " + std::to_string(progress.earlier + progress.done) + " done";
    if (progress.earlier > 0) text += ", " + std::to_string(progress.earlier) + " of them earlier";
    if (progress.failed > 0) {
      text += ", " + std::to_string(progress.failed) + " failed (" +
              Printable(batch_.results + ".failed") + ")";
    }
    if (report.problems > 0) text += ", " + std::to_string(report.problems) + " problems";
    return text + "\n";
  }

  std::string Json(const BatchReport& report) const {
    const BatchProgress& progress = report.progress;
    const double rate = seconds_ > 0 ? static_cast<double>(progress.done) / seconds_ : 0;
    const nlohmann::json object = {{"images", progress.images},   {"earlier", progress.earlier},
                                   {"done", progress.done},       {"failed", progress.failed},
                                   {"problems", report.problems}, {"stopped", report.is_stopped},
                                   {"seconds", seconds_},         {"images_per_second", rate}};
    return object.dump() + "\n";
  }

  std::vector<std::string> inputs_;
  BatchOptions batch_;
  QueueBatch queue_;
  std::string order_ = "input";
  std::string schema_path_;
  std::string schema_digest_;
  std::string rename_;
  bool json_ = false;
  double seconds_ = 0;
  ModelOptions model_;
};

}  // namespace

std::unique_ptr<Command> MakeBatchCommand() { return std::make_unique<BatchCommand>(); }

}  // namespace edgevlm
