// edgevlm bench: the speed of a model on this machine.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cores.h"
#include "base/cpu.h"
#include "base/cpu_name.h"
#include "base/mapped_file.h"
#include "base/output_file.h"
#include "base/utc_time.h"
#include "cli/acceptance_report.h"
#include "cli/bench_report.h"
#include "cli/command.h"
#include "cli/compare_report.h"
#include "cli/exit_options.h"
#include "cli/help.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/roofline_report.h"
#include "cli/torchscript_report.h"
#include "convert/preset.h"
#include "engine/precision_names.h"
#include "measure/acceptance.h"
#include "measure/compare.h"
#include "measure/measurement.h"
#include "measure/signature.h"
#include "measure/torchscript.h"
#include "metrics/system.h"

namespace edgevlm {
namespace {

constexpr int kImageWidth = 640;
constexpr int kImageHeight = 480;

using Report = std::string (*)(std::span<const BenchRecord>);

// An image of smooth colors as a PPM file, for machines without an image at hand.
std::vector<std::byte> MakeImage() {
  std::string file =
      "P6 " + std::to_string(kImageWidth) + " " + std::to_string(kImageHeight) + " 255\n";
  for (int y = 0; y < kImageHeight; ++y) {
    for (int x = 0; x < kImageWidth; ++x) {
      for (const int level : {x, y, x + y}) file += static_cast<char>(level & 255);
    }
  }
  const auto bytes = std::as_bytes(std::span(file));
  return {bytes.begin(), bytes.end()};
}

// Does not overwrite existing files: a published model may have this name.
MaybeError WriteModel(const std::string& path, std::span<const std::byte> bytes) {
  if (const auto there = MappedFile::Open(path)) {
    if (std::ranges::equal(there->bytes(), bytes)) return {};
    return Error{ErrorCode::kInvalid, path + ": expected no such file, found another model"};
  }
  auto file = OutputFile::Create(path, Existing::kKept);
  if (!file) return file.error();
  if (auto error = file->Append(bytes)) return error;
  return file->Commit();
}

class BenchCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    model_.DeclareModel(app);
    model_.DeclarePrecision(app);
    model_.DeclareVision(app);
    model_.DeclareCache(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    app.add_option("--preset", preset_name_,
                   "a published model's true shape with random weights, made in memory")
        ->type_name("NAME")
        ->excludes("--model");
    app.add_option("--type", type_name_, "of the preset's decoder, as for edgevlm quantize")
        ->type_name("TYPE")
        ->capture_default_str();
    app.add_option("--write", folder_,
                   "write the preset's files there for other programs, and measure nothing")
        ->type_name("FOLDER")
        ->needs("--preset");
    app.add_option("-t,--threads", threads_, "threads that work together; several values: each")
        ->type_name("N,N,...")
        ->delimiter(',')
        ->capture_default_str()
        ->check(CLI::Range(0, 256).description(""));
    DeclareTests(app);
    app.add_flag("--roofline", roofline_, "no model: what this machine can do at most");
    app.add_flag("--compare", compare_,
                 "the same work with each optimization by itself: gains and costs");
    app.add_option("--labels", labels_folder_, "labeled images to ask about in --compare")
        ->type_name("FOLDER")
        ->needs("--compare");
    app.add_option("--image", image_, "the image of img and cap (default: a smooth 640x480 PPM)")
        ->type_name("FILE");
    DeclareReport(app);
    serve_app_ = app.add_subcommand("serve", "Put a running `edgevlm serve` under load");
    serve_->Declare(*serve_app_);
    run_app_ = app.add_subcommand("run", "Run experiments and judge them");
    run_->Declare(*run_app_);
    GroupOptions(app, {"--model", "--preset", "--n-prompt", "--n-gen", "--repetitions"});
    app.footer(
        "Tests: img, an image file to its embeddings; snd, 5 and 30 s of sound to theirs;\n"
        "pp, a prompt; tg, tokens one by one, of several sequences together where --sequences\n"
        "says so, some leaving early where --exit-rates says so;\n"
        "cap, an image file to the last token of its caption (t/s counts the caption's);\n"
        "capx8, the same for eight images decoded together, as in a batch: the time of one.\n"
        "Each runs once to warm up. pp and tg are cut to what the model's context holds.\n"
        "Memory is that of the process, its files in memory (--preset) included.\n"
        "The output signature stands for what this build computes, the same on every machine.\n"
        "Examples:\n"
        "  edgevlm bench\n"
        "  edgevlm bench -t 1,2,4 -r 20 -o json > bench.json\n"
        "  edgevlm bench --preset mobilevlm-v2-1.7b --type q4_k_m -r 3\n"
        "  edgevlm bench --preset mobilellama-1.4b -p 0 --sequences 1,4\n"
        "  edgevlm bench --preset mobilellama-1.4b --acceptance 0.8 --draft-tokens 4 \\\n"
        "    --draft-preset smollm2-135m -n 64 -r 3\n"
        "  edgevlm bench --preset mobilevlm-v2-1.7b -p 0 -n 0 --batch 8 -r 3\n"
        "  edgevlm bench --compare -r 3\n"
        "  edgevlm bench --preset tinyllama-1.1b --write models\n"
        "  edgevlm bench -m student.gguf --torchscript student.pt --image photo.jpg\n"
        "  edgevlm bench -m model.gguf --image photo.jpg -p 0 -n 0");
  }

  ExitCode Run(Output& output) override {
    if (serve_app_->parsed()) return serve_->Run(output);
    if (run_app_->parsed()) return run_->Run(output);
    if (roofline_) return Roofline(output);
    if (auto error = ReadImage()) return Fail(*error);
    if (auto error = MakeFiles(preset_name_, files_)) return Fail(*error);
    if (!folder_.empty()) {
      if (auto error = WriteFiles(output)) return Fail(*error);
      return ExitCode::kDone;
    }
    if (acceptance_ > 0) return Acceptance(output);
    if (!torchscript_.empty()) return BesideTorchScript(output);
    if (compare_) {
      if (auto error = CompareOptimizations(output)) return Fail(*error);
      return ExitCode::kDone;
    }
    for (const int threads : threads_) {
      if (auto error = BenchThreads(threads)) return Fail(*error);
    }
    const std::string signature = ComputeSignature().text;
    for (BenchRecord& record : records_) record.signature = signature;
    output.Print(report_(records_));
    return ExitCode::kDone;
  }

 private:
  void DeclareReport(CLI::App& app) {
    const std::map<std::string, Report> reports = {
        {"md", BenchMarkdown}, {"json", BenchJson}, {"jsonl", BenchJsonLines}, {"csv", BenchCsv}};
    app.add_option("-o,--output", report_name_, "form of the report")
        ->type_name("md|json|jsonl|csv")
        ->check(CLI::IsMember(reports).description(""));
    app.final_callback([this, reports] { report_ = reports.at(report_name_); });
  }

  void DeclareTests(CLI::App& app) {
    app.add_option("-r,--repetitions", repetitions_, "how often each test runs")
        ->type_name("N")
        ->check(CLI::Range(1, 1 << 20).description(""))
        ->capture_default_str();
    app.add_option("-p,--n-prompt", prompt_tokens_, "pp: tokens at once; 0: no such test")
        ->type_name("N,N,...")
        ->delimiter(',')
        ->capture_default_str()
        ->check(CLI::Range(0, 1 << 20).description(""));
    app.add_option("-n,--n-gen", generated_tokens_, "tg: tokens one by one; 0: no such test")
        ->type_name("N,N,...")
        ->delimiter(',')
        ->capture_default_str()
        ->check(CLI::Range(0, 1 << 20).description(""));
    app.add_flag("--questions", questions_,
                 "ask1, ask2: an image to the first token of an answer, and another question");
    app.add_option("--sequences", sequences_, "tg: so many decoded together; several values: each")
        ->type_name("N,N,...")
        ->delimiter(',')
        ->capture_default_str()
        ->check(CLI::Range(1, 256).description(""));
    app.add_option("--batch", batches_,
                   "capx: so many images captioned together, ms of one; several values: each")
        ->type_name("N,N,...")
        ->delimiter(',')
        ->check(CLI::Range(1, 256).description(""));
    app.add_option("--exit-rates", exit_percents_,
                   "tg: P percent of the tokens leave at the first early exit, whatever it says")
        ->type_name("P,P,...")
        ->delimiter(',')
        ->check(CLI::Range(0, 100).description(""));
    app.add_option("--torchscript", torchscript_,
                   "a module that edgevlm-train exported, on the same image")
        ->type_name("FILE");
    DeclareExits(app, model_.early_exit);
    app.add_option("--acceptance", acceptance_,
                   "what speculation brings when each guess is right with the chance P")
        ->type_name("P")
        ->check(CLI::Range(0.01, 1.0).description(""));
    app.add_option("--draft-preset", draft_preset_,
                   "whose work a guess costs there; left out: none")
        ->type_name("NAME")
        ->needs("--acceptance");
  }

  // For the last number of threads given.
  ExitCode Roofline(Output& output) const {
    const Result<Isa>& isa = ChooseIsa();
    if (!isa) return Fail(isa.error());
    if (report_ != BenchMarkdown && report_ != BenchJson) {
      return Fail({ErrorCode::kInvalid, "roofline: expected -o md or json, found " + report_name_});
    }
    const int threads = threads_.back() > 0 ? threads_.back() : DefaultThreads();
    std::optional<Pinning> pinning;
    std::span<const int> processors;
    if (model_.pin) {
      Result<Pinning> made = Pinning::Make(threads);
      if (!made) return Fail(made.error());
      processors = pinning.emplace(*std::move(made)).processors();
    }
    ThreadPool pool(threads, processors);
    const std::vector<Limit> limits = MeasureRoofline({}, pool);
    const RooflineMachine machine = {
        .cpu = CpuName(), .instruction_set = std::string(IsaName(*isa)), .threads = threads};
    output.Print(report_ == BenchJson ? RooflineJson(machine, limits)
                                      : RooflineMarkdown(machine, limits));
    return ExitCode::kDone;
  }

  MaybeError ReadImage() {
    if (image_.empty()) {
      image_bytes_ = MakeImage();
      return {};
    }
    auto file = ReadInput(image_);
    if (!file) return file.error();
    image_bytes_ = *std::move(file);
    return {};
  }

  // The preset's files; none without a name.
  MaybeError MakeFiles(const std::string& name, PresetFiles& files) const {
    if (name.empty()) return {};
    const Result<Preset> preset = FindPreset(name);
    if (!preset) return preset.error();
    const Result<FileType> type = ParseFileType(type_name_);
    if (!type) return type.error();
    files = MakePreset(*preset, *type);
    return {};
  }

  // The gain of speculation: for the last numbers of threads and tokens given.
  ExitCode Acceptance(Output& output) {
    if (report_ != BenchMarkdown && report_ != BenchJson) {
      return Fail(
          {ErrorCode::kInvalid, "acceptance: expected -o md or json, found " + report_name_});
    }
    model_.threads = threads_.back();
    const Result<Engine> engine = Load();
    if (!engine) return Fail(engine.error());
    PresetFiles files;
    if (auto error = MakeFiles(draft_preset_, files)) return Fail(*error);
    std::optional<Engine> draft;
    if (!files.model.empty()) {
      Result<Engine> loaded = Engine::Load(files.model, model_.ForEngine());
      if (!loaded) return Fail(loaded.error());
      draft.emplace(*std::move(loaded));
    }
    const AcceptanceTest test = {
        .acceptance = acceptance_,
        .draft_tokens = model_.speculation.draft_tokens,
        .draft = draft ? &*draft : nullptr,
        .tokens = std::min(generated_tokens_.back(), engine->info().context_tokens),
        .repetitions = repetitions_};
    const Result<AcceptanceResult> result = MeasureAcceptance(*engine, test);
    if (!result) return Fail(result.error());
    output.Print(report_ == BenchJson ? AcceptanceJson(test, *result)
                                      : AcceptanceMarkdown(test, *result));
    return ExitCode::kDone;
  }

  // For the last number of threads given.
  ExitCode BesideTorchScript(Output& output) {
    if (report_ != BenchMarkdown && report_ != BenchJson) {
      return Fail(
          {ErrorCode::kInvalid, "torchscript: expected -o md or json, found " + report_name_});
    }
    model_.threads = threads_.back() > 0 ? threads_.back() : DefaultThreads();
    const Result<Engine> engine = Load();
    if (!engine) return Fail(engine.error());
    const auto compared = CompareTorchScript(*engine, torchscript_, image_bytes_, model_.threads,
                                             DecodeOptions().max_tokens, repetitions_);
    if (!compared) return Fail(compared.error());
    output.Print(report_ == BenchJson ? TorchScriptJson(*compared)
                                      : TorchScriptMarkdown(*compared));
    return ExitCode::kDone;
  }

  // With names by which a decoder finds its vision encoder.
  MaybeError WriteFiles(Output& output) const {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed) {
      return Error{ErrorCode::kIo, folder_ + ": cannot be made: " + failed.message()};
    }
    const auto write = [&](const std::string& name, std::span<const std::byte> bytes) {
      const std::string path = (std::filesystem::path(folder_) / name).string();
      auto error = WriteModel(path, bytes);
      if (!error) output.Print(path + "\n");
      return error;
    };
    if (auto error = write(preset_name_ + "-" + type_name_ + ".gguf", files_.model)) return error;
    if (files_.mmproj.empty()) return {};
    return write(preset_name_ + "-mmproj-f16.gguf", files_.mmproj);
  }

  Result<Engine> Load(const ModelOptions& model) const {
    if (preset_name_.empty()) return LoadEngine(model);
    return WithNotes(Engine::Load(files_.model, files_.mmproj, model.ForEngine()), model);
  }
  Result<Engine> Load() const { return Load(model_); }

  // For the last number of threads given.
  MaybeError CompareOptimizations(Output& output) {
    if (report_ != BenchMarkdown && report_ != BenchJson) {
      return Error{ErrorCode::kInvalid, "compare: expected -o md or json, found " + report_name_};
    }
    model_.threads = threads_.back();
    CompareWork work = {
        .load = [this](const EngineOptions& options) { return Load(model_.With(options)); },
        .plain = model_.ForEngine(),
        .image = image_bytes_,
        .repetitions = repetitions_};
    std::optional<Dataset> labeled;
    if (!labels_folder_.empty()) {
      Result<Dataset> dataset = LoadDataset(labels_folder_, 0);
      if (!dataset) return dataset.error();
      work.labeled = &labeled.emplace(*std::move(dataset));
    }
    const auto rows = Compare(
        work, [](const std::string& name) { std::fprintf(stderr, "%s ...\n", name.c_str()); });
    if (!rows) return rows.error();
    output.Print(report_ == BenchJson ? CompareJson(*rows) : CompareMarkdown(*rows));
    return {};
  }

  std::string ModelName() const {
    if (!preset_name_.empty()) return preset_name_ + " " + type_name_ + " (random)";
    return model_.model.empty() ? "built-in" : model_.model;
  }

  MaybeError BenchThreads(int threads) {
    model_.threads = threads;
    const auto begin = std::chrono::steady_clock::now();
    const Result<Engine> engine = Load();
    load_ns_ = std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin).count();
    if (!engine) return engine.error();
    const int context = engine->info().context_tokens;
    const bool reads_images = engine->info().image_size > 0;
    if (reads_images) {
      auto measured = MeasureImage(*engine, image_bytes_, repetitions_);
      if (auto error = Record(*engine, std::move(measured))) return error;
    }
    if (auto error = BenchSounds(*engine)) return error;
    for (const int tokens : prompt_tokens_) {
      if (tokens == 0) continue;
      auto measured = MeasurePrompt(*engine, std::min(tokens, context), repetitions_);
      if (auto error = Record(*engine, std::move(measured))) return error;
    }
    for (const int tokens : generated_tokens_) {
      if (tokens == 0) continue;
      if (auto error = BenchGeneration(*engine, std::min(tokens, context))) return error;
    }
    return reads_images ? BenchReplies(*engine) : std::nullopt;
  }

  // What a short sound costs, and one as long as a Whisper's window.
  MaybeError BenchSounds(const Engine& engine) {
    if (engine.info().sound_projector.empty()) return {};
    for (const int seconds : {5, 30}) {
      if (seconds > engine.info().most_sound_seconds) continue;
      if (auto error = Record(engine, MeasureSound(engine, seconds, repetitions_))) return error;
    }
    return {};
  }

  // Of replies about the image.
  MaybeError BenchReplies(const Engine& engine) {
    if (questions_) {
      if (auto error = BenchQuestions(engine)) return error;
    }
    const int max_tokens = DecodeOptions().max_tokens;
    auto caption = MeasureCaption(engine, image_bytes_, max_tokens, repetitions_);
    if (auto error = Record(engine, std::move(caption))) return error;
    for (const int together : batches_) {
      auto measured = MeasureBatch(engine, image_bytes_, max_tokens, together, repetitions_);
      if (auto error = Record(engine, std::move(measured))) return error;
    }
    return {};
  }

  MaybeError BenchQuestions(const Engine& engine) {
    auto measured = MeasureQuestions(engine, image_bytes_, repetitions_);
    if (!measured) return measured.error();
    for (Measurement& test : *measured) {
      if (auto error = Record(engine, std::move(test))) return error;
    }
    return {};
  }

  MaybeError BenchGeneration(const Engine& engine, int tokens) {
    for (const int sequences : sequences_) {
      auto measured = sequences == 1 ? MeasureGeneration(engine, tokens, repetitions_)
                                     : MeasureTogether(engine, tokens, sequences, repetitions_);
      if (auto error = Record(engine, std::move(measured))) return error;
    }
    for (const int percent : exit_percents_) {
      auto measured = MeasureExits(engine, model_.early_exit, tokens, percent, repetitions_);
      if (auto error = Record(engine, std::move(measured))) return error;
    }
    return {};
  }

  MaybeError Record(const Engine& engine, Result<Measurement> measurement) {
    if (!measurement) return measurement.error();
    records_.push_back({.model = engine.info(),
                        .model_file = ModelName(),
                        .precision = std::string(PrecisionName(model_.precision)),
                        .cpu = CpuName(),
                        .image = image_.empty() ? "640x480 PPM" : image_,
                        .time = UtcTimeNow(),
                        .load_ns = load_ns_,
                        .peak_memory = ReadSystem().resident_peak,
                        .signature = {},  // printed once, for all
                        .measurement = *std::move(measurement)});
    return {};
  }

  std::unique_ptr<Command> serve_ = MakeBenchServeCommand();
  CLI::App* serve_app_ = nullptr;
  std::unique_ptr<Command> run_ = MakeBenchRunCommand();
  CLI::App* run_app_ = nullptr;
  ModelOptions model_;
  std::string preset_name_;
  std::string type_name_ = "q4_k_m";
  std::string folder_;
  PresetFiles files_;
  std::vector<int> threads_ = {0};
  std::vector<int> prompt_tokens_ = {256};
  std::vector<int> generated_tokens_ = {32};
  std::vector<int> sequences_ = {1};
  std::vector<int> batches_;
  std::vector<int> exit_percents_;
  double acceptance_ = 0;  // 0: not requested
  std::string draft_preset_;
  int repetitions_ = 5;
  bool questions_ = false;
  std::string image_;
  std::string torchscript_;
  bool roofline_ = false;
  bool compare_ = false;
  std::string labels_folder_;
  std::string report_name_ = "md";
  Report report_ = BenchMarkdown;
  std::vector<std::byte> image_bytes_;
  std::int64_t load_ns_ = 0;
  std::vector<BenchRecord> records_;
};

}  // namespace

std::unique_ptr<Command> MakeBenchCommand() { return std::make_unique<BenchCommand>(); }

}  // namespace edgevlm
