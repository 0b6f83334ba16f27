// edgevlm bench run: experiments that can be repeated (docs/experiments.md).
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/chat/interrupts.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/preset_model.h"
#include "cli/progress.h"
#include "cli/write_manifest.h"
#include "digest/sha256.h"
#include "eval/datasets/make/generated_set.h"
#include "eval/scores/scorer.h"
#include "measure/experiment/experiment_folder.h"
#include "measure/experiment/spec.h"

namespace edgevlm {
namespace {

constexpr std::string_view kNeedsModel = "model";
constexpr std::string_view kTextSet = "prompts";
// Of each kind that is made.
constexpr int kMedia = 24;
constexpr int kTexts = 140;  // of seven lengths

class BenchRunCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("SPEC", specs_, "names of specs (--list), or YAML files of your own")
        ->type_name("");
    app.add_flag("--all", all_, "every spec that this program can run");
    app.add_flag("--list", list_, "print the specs that come with the program");
    app.add_option("--manifest", manifest_path_,
                   "CSV file of what to run on (docs/datasets.md); left out: media are made")
        ->type_name("FILE");
    app.add_option("--out", folder_, "where samples and results go, in a folder for each spec")
        ->type_name("FOLDER")
        ->capture_default_str();
    app.add_flag("--resume", resume_, "go on with the samples that are there");
    app.add_option("--items", items_, "of the manifest at most, in place of the spec's")
        ->type_name("N")
        ->check(CLI::Range(1, 1 << 30).description(""));
    app.add_option("-r,--repetitions", repetitions_, "in place of the spec's")
        ->type_name("N")
        ->check(CLI::Range(1, 10000).description(""));
    app.add_option("--score", scores_, "of replies, in place of the spec's: " + ScoreNames())
        ->type_name("NAME,NAME,...")
        ->delimiter(',');
    app.add_option("--seed", seed_, "of the order of conditions, and of media that are made")
        ->type_name("N")
        ->capture_default_str();
    DeclareJson(app, json_);
    model_.DeclareAll(app);
    GroupOptions(app, {"--model", "--all", "--list", "--manifest", "--out", "--resume", "--items",
                       "--repetitions", "--score", "--seed", "--json", "--threads"});
    app.footer(
        "Each spec leaves samples.jsonl, results.json, results.csv and report.html.\n"
        "Ctrl-C keeps what was measured; --resume goes on with it.\n"
        "Examples:\n"
        "  edgevlm bench run --list\n"
        "  edgevlm bench run token-prefill\n"
        "  edgevlm bench run --all --out results\n"
        "  edgevlm bench run savings-text -m SmolLM2-135M-Instruct-Q4_K_M.gguf\n"
        "  edgevlm bench run my-spec.yaml --manifest my-images/manifest.csv -m model.gguf");
  }

  ExitCode Run(Output& output) override {
    if (list_) return List(output);
    const Result<std::vector<Spec>> specs = ChooseSpecs();
    if (!specs) return Fail(specs.error());
    auto record = RecordModel();
    if (!record) return Fail(record.error());
    const Interrupts interrupts;
    for (const Spec& spec : *specs) {
      const Result<ExperimentResults> results = RunSpec(spec, *record, interrupts);
      if (!results) return Fail(results.error().In(spec.name));
      output.Print(json_ ? ResultsJson(*results)
                         : ResultsText(*results) + "report: " + FolderOf(spec) + "/report.html\n");
      if (results->samples < results->planned || !HasMeasured(*results)) return ExitCode::kFailed;
    }
    return ExitCode::kDone;
  }

 private:
  // "vqa, exact, choice".
  static std::string ScoreNames() {
    std::string names;
    for (const ScorerKind* kind : ScorerKinds()) {
      names.append(names.empty() ? "" : ", ").append(kind->name);
    }
    return names;
  }

  static ExitCode List(Output& output) {
    for (const Spec& spec : BuiltinSpecs()) {
      std::string line =
          spec.name + std::string(24 - std::min<std::size_t>(23, spec.name.size()), ' ');
      line += spec.title;
      if (spec.needs == kNeedsModel) line += " (needs --model)";
      if (!spec.needs.empty() && spec.needs != kNeedsModel) line += " (needs " + spec.needs + ")";
      output.Print(line + "\n");
    }
    return ExitCode::kDone;
  }

  static bool HasMeasured(const ExperimentResults& results) {
    return std::ranges::any_of(results.summary.conditions(), [](const ConditionSummary& condition) {
      return condition.samples > 0;
    });
  }

  bool CanRun(const Spec& spec) const {
    return spec.needs.empty() || (spec.needs == kNeedsModel && !model_.model.empty());
  }

  // What the command line changes of a spec.
  void Change(Spec& spec) const {
    if (items_ > 0) spec.items = items_;
    if (repetitions_ > 0) spec.repetitions = repetitions_;
    if (!scores_.empty()) spec.scores = scores_;
  }

  Result<Spec> ChooseSpec(const std::string& name) const {
    Result<Spec> spec = FindSpec(name);
    if (!spec || CanRun(*spec)) return spec;
    return Error{ErrorCode::kUnsupported,
                 name + (spec->needs == kNeedsModel
                             ? ": expected --model, a language model that answers, found none"
                             : ": needs " + spec->needs + ", which this version does not have")};
  }

  Result<std::vector<Spec>> ChooseSpecs() const {
    for (const std::string& score : scores_) {
      if (const auto scorer = MakeScorer(score); !scorer) return scorer.error();
    }
    std::vector<Spec> chosen = all_ ? BuiltinSpecs() : std::vector<Spec>();
    std::erase_if(chosen, [this](const Spec& spec) { return !CanRun(spec); });
    for (const std::string& name : specs_) {
      Result<Spec> spec = ChooseSpec(name);
      if (!spec) return spec.error();
      chosen.push_back(*std::move(spec));
    }
    if (chosen.empty()) {
      return Error{ErrorCode::kInvalid, "bench run: expected a spec, --all or --list, found none"};
    }
    for (Spec& spec : chosen) Change(spec);
    return chosen;
  }

  static Result<Spec> FindSpec(const std::string& name) {
    std::string names;
    for (Spec& spec : BuiltinSpecs()) {
      if (spec.name == name) return std::move(spec);
      names += (names.empty() ? "" : ", ") + spec.name;
    }
    if (!std::filesystem::exists(name)) {
      return Error{ErrorCode::kNotFound,
                   name + ": expected a file or one of " + names + ", found neither"};
    }
    const auto file = ReadInput(name);
    if (!file) return file.error();
    return ParseSpec({reinterpret_cast<const char*>(file->data()), file->size()}, name);
  }

  Result<RunRecord> RecordModel() const {
    RunRecord record = RecordMachine();
    record.model = model_.model.empty() ? "built-in" : model_.model;
    if (std::filesystem::is_regular_file(model_.model)) {
      const Result<std::string> digest = Sha256OfFile(model_.model);
      if (!digest) return digest.error();
      record.model_sha256 = *digest;
    }
    return record;
  }

  std::string FolderOf(const Spec& spec) const {
    return (std::filesystem::path(folder_) / std::filesystem::path(spec.name).stem()).string();
  }

  Result<Engine> Load(const ModelChoice& choice) const {
    if (!choice.preset.empty()) return LoadPreset(choice.preset, choice.type, choice.options);
    return LoadEngine(model_.With(choice.options));
  }

  // The manifest of the media to run on, which are made once where none are given.
  Result<std::string> ManifestFor(const Spec& spec) const {
    if (!manifest_path_.empty()) return manifest_path_;
    const GeneratedSet* const set = FindGeneratedSet(spec.data);
    if (set == nullptr) {
      return Error{ErrorCode::kInvalid,
                   "expected --manifest, or experiment.data with a data set "
                   "that can be made, found '" +
                       spec.data + "'"};
    }
    const std::filesystem::path folder = std::filesystem::path(folder_) / "media" / spec.data;
    const std::string path = (folder / "manifest.csv").string();
    if (std::filesystem::exists(path)) return path;
    const auto rows = set->make({.folder = folder.string(),
                                 .count = spec.data == kTextSet ? kTexts : kMedia,
                                 .seed = seed_});
    if (!rows) return rows.error();
    if (auto error = WriteManifest(path, *rows, Existing::kReplaced)) return *error;
    return path;
  }

  static MaybeError KeepCategory(const std::string& category, Manifest& manifest) {
    if (category.empty()) return {};
    std::erase_if(manifest.rows, [&](const ManifestRow& row) { return row.category != category; });
    if (!manifest.rows.empty()) return {};
    return Error{ErrorCode::kInvalid,
                 "manifest: expected rows of the category '" + category + "', found none"};
  }

  Result<ExperimentResults> RunSpec(const Spec& spec, const RunRecord& record,
                                    const Interrupts& interrupts) const {
    std::optional<Manifest> manifest;
    FolderRun run = {.spec = spec, .folder = FolderOf(spec), .record = record, .seed = seed_};
    if (FindWorkload(spec.workload).reads_items) {
      const Result<std::string> path = ManifestFor(spec);
      if (!path) return path.error();
      Result<Manifest> read = ReadManifest(*path);
      if (!read) return read.error();
      manifest = *std::move(read);
      if (manifest_path_.empty()) {
        if (auto error = KeepCategory(spec.category, *manifest)) return *error;
      }
      const Result<std::string> digest = Sha256OfFile(*path);
      if (!digest) return digest.error();
      run.record.manifest = *digest;
      run.manifest = &*manifest;
    }
    run.resume = resume_;
    run.base = model_.ForEngine();
    run.load = [this](const ModelChoice& choice) { return Load(choice); };
    ProgressBar bar;
    run.is_stopped = [&](std::int64_t done, std::int64_t all) {
      bar.Show(static_cast<int>(done), static_cast<int>(all));
      return interrupts.wants_stop() || interrupts.wants_end();
    };
    return RunInFolder(run);
  }

  std::vector<std::string> specs_;
  bool all_ = false;
  bool list_ = false;
  std::string manifest_path_;
  std::string folder_ = "experiments";
  bool resume_ = false;
  int items_ = 0;
  int repetitions_ = 0;
  std::vector<std::string> scores_;
  std::uint64_t seed_ = 1;
  bool json_ = false;
  ModelOptions model_;
};

}  // namespace

std::unique_ptr<Command> MakeBenchRunCommand() { return std::make_unique<BenchRunCommand>(); }

}  // namespace edgevlm
