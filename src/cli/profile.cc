// edgevlm profile IMAGE: shows where time is spent.
#include <span>
#include <string>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/write_file.h"

namespace edgevlm {
namespace {

class ProfileCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("IMAGE", image_, "JPEG, PNG, WebP or PPM file; - reads standard input")
        ->required()
        ->type_name("");
    app.add_option("-q,--question", question_, "ask this instead of making a caption")
        ->type_name("TEXT");
    app.add_option("--trace", trace_path_, "write a trace for chrome://tracing or ui.perfetto.dev")
        ->type_name("FILE");
    app.add_option("--max-tokens", decode_.max_tokens, "longest reply, in tokens")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20).description(""));
    model_.DeclareAll(app);
    model_.DeclareThreadGroup(app);
    GroupOptions(app, {"--model", "--question", "--trace", "--max-tokens", "--threads"});
    app.footer(
        "The image is looked at once to warm up and once for the figures.\n"
        "Examples:\n"
        "  edgevlm profile photo.png\n"
        "  edgevlm profile photo.png -t 1 --trace trace.json");
  }

  ExitCode Run(Output& output) override {
    const Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    const auto file = ReadInput(image_);
    if (!file) return Fail(file.error());
    Session warm_up(*engine);
    Session session(*engine, {.profile = true});
    for (Session* each : {&warm_up, &session}) {
      if (auto error = each->SetImage(*file)) {
        return Fail({error->code, image_ + ": " + error->message});
      }
      const auto reply = question_.empty() ? each->Caption(decode_) : each->Ask(question_, decode_);
      if (!reply) return Fail(reply.error());
    }
    if (!trace_path_.empty()) {
      const std::string trace = session.ProfileTrace();
      const auto bytes = std::as_bytes(std::span(trace));
      if (auto error = WriteFile(trace_path_, bytes, image_)) return Fail(*error);
    }
    output.Print(session.ProfileTable());
    return ExitCode::kDone;
  }

 private:
  std::string image_;
  std::string question_;
  std::string trace_path_;
  DecodeOptions decode_;
  ModelOptions model_;
};

}  // namespace

std::unique_ptr<Command> MakeProfileCommand() { return std::make_unique<ProfileCommand>(); }

}  // namespace edgevlm
