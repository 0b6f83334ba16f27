// edgevlm eval DATASET: scores a model on labeled images, or its predictions on a text.
#include <algorithm>
#include <fstream>
#include <string>

#include "base/cores.h"
#include "base/cpu_quota.h"
#include "cli/command.h"
#include "cli/eval_text.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/write_file.h"
#include "eval/dataset.h"
#include "eval/evaluate.h"
#include "eval/report.h"

namespace edgevlm {
namespace {

nlohmann::json ToJson(const Sample& sample) {
  return {{"image", sample.image},       {"kind", sample.kind},   {"question", sample.question},
          {"expected", sample.expected}, {"reply", sample.reply}, {"right", sample.right}};
}

class EvalCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("DATASET", input_,
                   "folder with labels.jsonl (docs/datasets.md); with --against: a text file, or -")
        ->required()
        ->type_name("");
    app.add_flag("--blank,!--no-blank", options_.blank,
                 "also ask about a grey image, to see what guessing gives (default: on)");
    app.add_option("--limit", limit_, "look at the first N images only")
        ->type_name("N")
        ->check(CLI::Range(1, 1 << 30).description(""));
    app.add_option("--samples", samples_path_, "write each reply and what was expected, as JSON")
        ->type_name("OUT.jsonl");
    app.add_option("--max-tokens", options_.max_tokens, "longest reply, in tokens")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20).description(""));
    text_.Declare(app);
    DeclareJson(app, json_);
    model_.DeclareAll(app);
    GroupOptions(app, {"--model", "--limit", "--samples", "--against", "--windows",
                       "--single-tokens", "--precision", "--cache", "--json", "--threads"});
    app.footer(
        "Replies are greedy. -t says how many images are looked at side by side.\n"
        "--against prints the Kullback-Leibler divergence of the next token's distribution, in "
        "nats: what\nprecision, cache and the other options change (docs/performance.md).\n"
        "Examples:\n"
        "  edgevlm eval testset\n"
        "  edgevlm eval testset -m candidate.gguf --limit 200 --json\n"
        "  edgevlm eval testset --samples samples.jsonl && grep '\"right\":false' samples.jsonl\n"
        "  edgevlm eval --against f32 -m model-Q4_K_M.gguf book.txt\n"
        "  edgevlm eval --against f32 -m model-Q4_K_M.gguf book.txt --cache q8_0 --single-tokens");
  }

  ExitCode Run(Output& output) override {
    return text_.against.empty() ? EvalDataset(output)
                                 : EvalText(input_, text_, model_, json_, output);
  }

 private:
  ExitCode EvalDataset(Output& output) {
    const auto dataset = LoadDataset(input_, limit_);
    if (!dataset) return Fail(dataset.error());
    // Processing images in parallel uses the cores better than one image on all of them.
    ModelOptions single = model_;
    single.threads = 1;
    const Result<Engine> engine = LoadEngine(single);
    if (!engine) return Fail(engine.error());
    const auto processors = static_cast<int>(UsableProcessors().size());
    const int workers = std::min(processors, ReadCpuQuota().value_or(processors));
    options_.workers = model_.threads > 0 ? model_.threads : workers;
    std::ofstream samples;
    if (auto error = OpenSamples(samples)) return Fail(*error);
    const Result<Evaluation> evaluation = EvaluateWithProgress(*engine, *dataset);
    if (!evaluation) return Fail(evaluation.error());
    if (!samples_path_.empty() && !samples.flush()) {
      return Fail({ErrorCode::kIo, samples_path_ + ": cannot be written"});
    }
    output.Print(json_ ? ReportJson(*evaluation) + "\n" : ReportTable(*evaluation));
    return ExitCode::kDone;
  }

  MaybeError OpenSamples(std::ofstream& samples) {
    if (samples_path_.empty()) return {};
    if (auto error = CheckResultPath(samples_path_, input_ + "/labels.jsonl")) return error;
    samples.open(samples_path_);
    if (!samples) return Error{ErrorCode::kIo, samples_path_ + ": cannot be written"};
    options_.on_sample = [&samples](const Sample& sample) {
      samples << ToJson(sample).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
              << "\n";
    };
    return {};
  }

  Result<Evaluation> EvaluateWithProgress(const Engine& engine, const Dataset& dataset) {
    ProgressBar bar;
    options_.on_image = [&bar](int done, int total) { bar.Show(done, total); };
    return Evaluate(engine, dataset, options_);
  }

  std::string input_;
  std::string samples_path_;
  int limit_ = 0;
  bool json_ = false;
  EvaluateOptions options_;
  EvalTextOptions text_;
  ModelOptions model_;
};

}  // namespace

std::unique_ptr<Command> MakeEvalCommand() { return std::make_unique<EvalCommand>(); }

}  // namespace edgevlm
