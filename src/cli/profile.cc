// edgevlm profile IMAGE...: shows where the time goes, module by module.
#include <span>
#include <string>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/write_file.h"
#include "edgevlm/transcriber.h"
#include "measure/profile_runs.h"

namespace edgevlm {
namespace {

class ProfileCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("IMAGE", images_,
                   "JPEG, PNG, WebP or PPM files, or sound files for a model that hears, for one "
                   "request about all of them; - reads standard input")
        ->type_name("");
    app.add_option("-q,--question", request_.question, "ask this instead of making a caption")
        ->type_name("TEXT");
    app.add_option("--runs", runs_, "profile the request this often; the figures are medians")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000).description(""));
    DeclareForms(app);
    app.add_option("--compare", compared_,
                   "profile nothing, but tell what got faster or slower between two files that "
                   "--json wrote")
        ->type_name("BEFORE AFTER")
        ->expected(2);
    app.add_option("--max-tokens", request_.decode.max_tokens, "longest reply, in tokens")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20).description(""));
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    model_.DeclareSpeculation(app);
    GroupOptions(app, {"--model", "--question", "--runs", "--layers", "--json", "--csv", "--html",
                       "--trace", "--stacks", "--compare", "--max-tokens", "--threads"});
    app.footer(
        "The request runs once to warm up, then --runs times.\n"
        "Examples:\n"
        "  edgevlm profile photo.png\n"
        "  edgevlm profile photo.png -q \"what is on the table?\" --trace trace.json\n"
        "  edgevlm profile photo.png --json > before.json   (change something)\n"
        "  edgevlm profile photo.png --json > after.json\n"
        "  edgevlm profile --compare before.json after.json");
  }

  ExitCode Run(Output& output) override {
    if (!compared_.empty()) return Compare(output);
    if (images_.empty() && request_.question.empty()) {
      return Fail({ErrorCode::kInvalid, "profile: expected an image or --question, found neither"});
    }
    for (const std::string* path : {&html_path_, &trace_path_, &stacks_path_}) {
      if (path->empty()) continue;
      if (auto error = CheckResultPath(*path, {})) return Fail(*error);
    }
    const Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    if (auto error = ReadFiles(*engine)) return Fail(*error);
    const Result<Profile> profile = [&] {
      ProgressBar bar;
      return ProfileRuns(*engine, request_, runs_, [&](int run) { bar.Show(run + 1, runs_ + 1); });
    }();
    if (!profile) return Fail(profile.error());
    if (auto error = WriteFiles(*profile)) return Fail(*error);
    if (is_json_) {
      output.Print(ProfileJson(*profile));
    } else if (is_csv_) {
      output.Print(ProfileCsv(*profile));
    } else {
      output.Print(ProfileTable(*profile, {.unfolds_layers = unfolds_layers_}));
    }
    return ExitCode::kDone;
  }

 private:
  void DeclareForms(CLI::App& app) {
    app.add_flag("--layers", unfolds_layers_, "a row for each layer, not one for all");
    auto* const json = app.add_flag("--json", is_json_, "print the whole profile as JSON");
    app.add_flag("--csv", is_csv_, "print the modules as CSV")->excludes(json);
    app.add_option("--html", html_path_,
                   "write a page for browsers: timeline, flame graph, roofline")
        ->type_name("FILE");
    app.add_option("--trace", trace_path_, "write a trace for ui.perfetto.dev or chrome://tracing")
        ->type_name("FILE");
    app.add_option("--stacks", stacks_path_, "write collapsed stacks for flame graphs")
        ->type_name("FILE");
  }

  MaybeError ReadFiles(const Engine& engine) {
    for (const std::string& name : images_) {
      auto file = ReadInput(name);
      if (!file) return file.error();
      if (IsSoundFile(*file)) {
        auto sound = engine.ReadSound({.file = *file});
        if (!sound) return sound.error().In(name);
        request_.sounds.push_back(*std::move(sound));
        continue;
      }
      request_.names.push_back(name);
      request_.images.push_back(*std::move(file));
    }
    return std::nullopt;
  }

  MaybeError WriteFiles(const Profile& profile) const {
    for (const auto& [path, write] :
         {std::pair(&html_path_, &ProfileHtml), std::pair(&trace_path_, &ProfileTrace),
          std::pair(&stacks_path_, &ProfileStacks)}) {
      if (path->empty()) continue;
      const std::string text = write(profile);
      for (const std::string& image : images_) {
        if (auto error = CheckResultPath(*path, image)) return error;
      }
      if (auto error = WriteFile(*path, std::as_bytes(std::span(text)))) return error;
    }
    return std::nullopt;
  }

  ExitCode Compare(Output& output) const {
    std::vector<Profile> profiles;
    for (const std::string& path : compared_) {
      const auto file = ReadInput(path);
      if (!file) return Fail(file.error());
      auto profile = ReadProfile({reinterpret_cast<const char*>(file->data()), file->size()});
      if (!profile) return Fail(profile.error().In(path));
      profiles.push_back(*std::move(profile));
    }
    output.Print(CompareTable(CompareProfiles(profiles[0], profiles[1])));
    return ExitCode::kDone;
  }

  std::vector<std::string> images_;
  ProfileRequest request_;
  int runs_ = 5;
  bool unfolds_layers_ = false;
  bool is_json_ = false;
  bool is_csv_ = false;
  std::string html_path_;
  std::string trace_path_;
  std::string stacks_path_;
  std::vector<std::string> compared_;
  ModelOptions model_;
};

}  // namespace

std::unique_ptr<Command> MakeProfileCommand() { return std::make_unique<ProfileCommand>(); }

}  // namespace edgevlm
