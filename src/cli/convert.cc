// edgevlm convert HF_FOLDER OUT.gguf: converts a Hugging Face model to GGUF, and some others'.
#include "convert/huggingface/convert.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"

namespace edgevlm {
namespace {

constexpr struct {
  std::string_view name;
  ModelPart part;
} kParts[] = {{"all", ModelPart::kAll},
              {"text", ModelPart::kText},
              {"vision", ModelPart::kVision},
              {"audio", ModelPart::kVision}};

// Errors: kInvalid.
Result<ModelPart> ParsePart(std::string_view name) {
  for (const auto& known : kParts) {
    if (known.name == name) return known.part;
  }
  return Error{ErrorCode::kInvalid,
               "--part: expected all, text, vision or audio, found " + std::string(name)};
}

// "OUT.gguf: 201 tensors, 2200.1 MB, F16"
std::string Line(const ConvertedFile& file) {
  std::array<char, 96> text;
  std::snprintf(text.data(), text.size(), ": %d tensors, %.1f MB, ", file.tensors,
                static_cast<double>(file.bytes) * 1e-6);
  return Printable(file.path) + text.data() + std::string(NameOf(file.dtype)) + "\n";
}

class ConvertCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("HF_FOLDER", options_.folder,
                   "folder with config.json and *.safetensors,\nor a Whisper of CTranslate2 "
                   "(folder), whisper.cpp or OpenAI (file)")
        ->required()
        ->type_name("");
    app.add_option("OUT", options_.path, "GGUF file to write")->required()->type_name("");
    app.add_option("--outtype", out_type_,
                   "of matrices: auto, f32, f16 or bf16;\n"
                   "auto keeps what AWQ or GPTQ quantized")
        ->type_name("TYPE")
        ->capture_default_str();
    app.add_option("--part", part_, "of a model with an encoder: all, text, vision or audio")
        ->type_name("PART")
        ->capture_default_str();
    app.add_option("--vision-folder", options_.vision_folder,
                   "the folder of the vision encoder, where it has one of its own (MobileVLM)")
        ->type_name("DIR");
    app.add_flag("--force", options_.replaces, "replace files that are there already");
    DeclareJson(app, json_);
    app.footer(
        "A model with a vision or audio encoder becomes two files, OUT.gguf and mmproj-OUT.gguf.\n"
        "Examples:\n"
        "  edgevlm convert TinyLlama-1.1B-Chat-v1.0 tinyllama.gguf\n"
        "  edgevlm convert MobileVLM_V2-1.7B mobilevlm.gguf --vision-folder "
        "clip-vit-large-patch14-336\n"
        "  edgevlm convert SmolVLM-256M-Instruct mmproj.gguf --part vision --outtype f16");
  }

  ExitCode Run(Output& output) override {
    const auto dtype = ParseOutType(out_type_);
    if (!dtype) {
      PrintError(dtype.error().message);
      return ExitCode::kUsage;
    }
    const auto part = ParsePart(part_);
    if (!part) {
      PrintError(part.error().message);
      return ExitCode::kUsage;
    }
    options_.dtype = *dtype;
    options_.part = *part;
    const auto files = Convert();
    if (!files) return Fail(files.error());
    for (const ConvertedFile& file : *files) {
      if (file.dequantized_matrices > 0) {
        PrintError(file.path + ": " + std::to_string(file.dequantized_matrices) + " matrices of " +
                   std::to_string(file.dequantized_matrices + file.kept_matrices) +
                   " were dequantized, since no block of GGUF holds them (" + file.obstacle + ")");
      }
      const bool goes_on =
          json_ ? output.PrintJson({{"path", file.path},
                                    {"type", NameOf(file.dtype)},
                                    {"tensors", file.tensors},
                                    {"kept_matrices", file.kept_matrices},
                                    {"dequantized_matrices", file.dequantized_matrices},
                                    {"bytes", file.bytes}})
                : output.Print(Line(file));
      if (!goes_on) break;
    }
    return ExitCode::kDone;
  }

 private:
  Result<std::vector<ConvertedFile>> Convert() {
    ProgressBar bar;
    options_.progress = [&bar](std::uint64_t done, std::uint64_t total) {
      constexpr std::uint64_t kMega = 1'000'000;  // in this unit an int is enough for any model
      bar.Show(static_cast<int>(done / kMega), static_cast<int>(total / kMega));
    };
    return ConvertFolder(options_);
  }

  ConvertOptions options_;
  std::string out_type_ = "auto";
  std::string part_ = "all";
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeConvertCommand() { return std::make_unique<ConvertCommand>(); }

}  // namespace edgevlm
