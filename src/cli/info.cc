// edgevlm info: shows the version, this machine and the model.
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/cpu.h"
#include "base/cpu_name.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"

namespace edgevlm {
namespace {

class InfoCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    DeclareJson(app, json_);
    model_.DeclareModel(app);
    model_.DeclareThreads(app);
    app.footer(
        "The variable EDGEVLM_ISA (scalar, sse4, avx2, avx512, avx512vnni, neon, dotprod,\n"
        "i8mm) forces the instruction set; one that this CPU lacks is an error.");
  }

  ExitCode Run(Output& output) override {
    const Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    if (json_) {
      output.PrintJson(Json(engine->info()));
    } else {
      output.Print(Table(engine->info()));
    }
    return ExitCode::kDone;
  }

 private:
  // CPU features besides the instruction set.
  static std::vector<std::string_view> FeatureNames() {
    std::vector<std::string_view> names;
    for (const Feature feature : kFeatures) {
      if (HasFeature(feature)) names.push_back(FeatureName(feature));
    }
    return names;
  }

  std::string ModelName() const { return model_.model.empty() ? "built-in" : model_.model; }

  nlohmann::json Json(const ModelInfo& info) const {
    return {{"version", Version()},
            {"cpu", CpuName()},
            {"instruction_set", info.instruction_set},
            {"cpu_features", FeatureNames()},
            {"threads", info.threads},
            {"model",
             {{"file", ModelName()},
              {"name", info.name},
              {"architecture", info.architecture},
              {"vision_encoder", info.vision_encoder},
              {"projector", info.projector},
              {"sound_projector", info.sound_projector},
              {"sound_seconds", info.most_sound_seconds},
              {"chat_template", info.chat_template},
              {"parameters", info.parameters},
              {"bytes", info.file_bytes},
              {"context_tokens", info.context_tokens},
              {"embedding_length", info.embedding_length},
              {"block_count", info.block_count},
              {"head_count", info.head_count},
              {"vocabulary_tokens", info.vocabulary_tokens},
              {"image_size", info.image_size},
              {"image_tokens", info.image_tokens}}}};
  }

  std::string Table(const ModelInfo& info) const {
    std::string table;
    const auto row = [&](const char* name, const std::string& value) {
      std::array<char, 32> title;
      std::snprintf(title.data(), title.size(), "%-18s ", name);
      table += title.data() + Printable(value) + "\n";
    };
    row("version", std::string(Version()));
    row("cpu", CpuName());
    row("instruction set", info.instruction_set);
    std::string features;
    for (const std::string_view name : FeatureNames()) {
      features.append(features.empty() ? "" : " ").append(name);
    }
    if (!features.empty()) row("cpu features", features);
    row("threads", std::to_string(info.threads));
    row("model", ModelName());
    row("name", info.name);
    if (info.image_size > 0) {
      const std::string side = std::to_string(info.image_size);
      row("vision encoder", info.vision_encoder + ", " +
                                (info.has_image_grid ? "images of any size to at most "
                                                     : side + " x " + side + " pixels to ") +
                                std::to_string(info.image_tokens) + " tokens");
      row("projector", info.projector);
    }
    if (!info.sound_projector.empty()) {
      std::array<char, 64> seconds;
      std::snprintf(seconds.data(), seconds.size(), ", sounds of at most %.0f s",
                    std::floor(info.most_sound_seconds));
      row("audio encoder", info.sound_projector + seconds.data());
    }
    if (!info.chat_template.empty()) row("chat template", info.chat_template);
    row("decoder", info.architecture + ", " + std::to_string(info.block_count) + " blocks of " +
                       std::to_string(info.head_count) + " heads, width " +
                       std::to_string(info.embedding_length));
    row("vocabulary", std::to_string(info.vocabulary_tokens) + " tokens");
    row("context", std::to_string(info.context_tokens) + " tokens");
    row("parameters", std::to_string(info.parameters));
    row("bytes", std::to_string(info.file_bytes));
    return table;
  }

  bool json_ = false;
  ModelOptions model_;
};

}  // namespace

std::unique_ptr<Command> MakeInfoCommand() { return std::make_unique<InfoCommand>(); }

}  // namespace edgevlm
