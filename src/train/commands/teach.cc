// edgevlm-train teach: runs a model over a data set for students.
#include "train/teach/teach.h"

#include <algorithm>
#include <string>
#include <vector>

#include "train/commands/command.h"
#include "train/commands/options.h"

namespace edgevlm::train {
namespace {

// kept: of --keep; empty: the defaults, of a vision encoder its features.
void ChooseKept(const std::vector<std::string>& kept, TeachOptions& options) {
  if (kept.empty()) {
    const bool is_whole = !options.teacher.empty();
    options.projected = options.logits = options.visual = is_whole;
    return;
  }
  const auto has = [&](const char* name) {
    return std::find(kept.begin(), kept.end(), name) != kept.end();
  };
  options.features = has("features");
  options.projected = has("projected");
  options.logits = has("logits");
  options.visual = has("visual");
  options.attention = has("attention");
}

class TeachCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* teach = app.add_subcommand(
        "teach", "Run a model once over a data set and store what students learn from");
    teach->add_option("--teacher", options_.teacher,
                      "The model, a GGUF file; left out: a vision encoder alone (--mmproj)");
    teach->add_option("--mmproj", options_.mmproj, "The GGUF file of its vision encoder");
    teach
        ->add_option(
            "--data", options_.data,
            "scenes:SEED:COUNT, a folder of images, a manifest (.csv), or COCO captions or "
            "LLaVA conversations (.json)")
        ->required();
    teach->add_option("--out", options_.out, "The folder of the outputs; the same one continues")
        ->required();
    AddOption(teach, "--part", options_.part,
              "N/COUNT: do this part of the work, for several machines");
    AddOption(teach, "--texts", options_.texts, "Maximum number of texts per image");
    AddOption(teach, "--top-k", options_.top_k, "Tokens kept of each distribution");
    AddOption(teach, "--shard", options_.shard,
              "Images per file: at most so many are lost by a kill");
    teach
        ->add_option("--keep", kept_,
                     "What is stored, of features, projected, logits, visual, attention (default: "
                     "all but attention)")
        ->delimiter(',')
        ->check(CLI::IsMember({"features", "projected", "logits", "visual", "attention"}));
    teach->add_flag(
        "--self-instruct", options_.self_instruct,
        "Keep the teacher's own answers, where all samples agree, instead of the labels");
    AddOption(teach, "--samples", options_.samples, "Samples of each own answer");
    AddOption(teach, "--temperature", options_.temperature, "Temperature of these samples");
    AddOption(teach, "--max-tokens", options_.max_tokens, "Maximum length of an own answer");
    AddOption(teach, "--threads", options_.threads, "Compute threads; 0: one per core");
    AddGlyphFiles(teach, options_.glyphs);
    return teach;
  }

  MaybeError Run() override {
    ChooseKept(kept_, options_);
    return Teach(options_);
  }

 private:
  TeachOptions options_;
  std::vector<std::string> kept_;
};

}  // namespace

std::unique_ptr<Command> MakeTeachCommand() { return std::make_unique<TeachCommand>(); }

}  // namespace edgevlm::train
