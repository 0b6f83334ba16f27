// edgevlm dump: prints the model's logits, to check a conversion against another program.
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/input.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/write_file.h"

namespace edgevlm {
namespace {

constexpr const char* kImageWord = "image";

// "1,image,15" -> 1, kImageToken, 15. Throws CLI::ValidationError, like parsers of options.
std::vector<int> ParseTokens(const std::vector<std::string>& words) {
  std::vector<int> tokens;
  for (const std::string& word : words) {
    int token = kImageToken;
    if (word != kImageWord) {
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), token);
      if (error != std::errc() || end != word.data() + word.size() || token < 0) {
        throw CLI::ValidationError("--tokens", "expected token ids and image, found " + word);
      }
    }
    tokens.push_back(token);
  }
  return tokens;
}

class DumpCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    CLI::Option* image = app.add_option("--image", image_, "image file; - reads standard input");
    image->type_name("FILE");
    CLI::Option* tokens =
        app.add_option("--tokens", words_, "token ids; `image` is where the image goes");
    tokens->delimiter(',')->type_name("ID,ID,...");
    app.add_option("--logits", logits_path_,
                   "write one row [vocabulary] per token after the image, or per token")
        ->type_name("OUT.f32")
        ->needs(tokens);
    app.add_option("--embeddings", embeddings_path_, "write the image's [tokens, width]")
        ->type_name("OUT.f32")
        ->needs(image);
    model_.DeclareAll(app);
    GroupOptions(app, {"--model", "--mmproj", "--image", "--tokens", "--logits"});
    app.footer(
        "Files are raw little-endian float32.\n"
        "Example:\n"
        "  edgevlm dump -m model.gguf --image a.png --tokens image,4 --logits logits.f32 \\\n"
        "      --precision f32");
    app.final_callback([this] {
      tokens_ = ParseTokens(words_);
      if (logits_path_.empty() && embeddings_path_.empty()) {
        throw CLI::ValidationError("expected --logits or --embeddings");
      }
    });
  }

  ExitCode Run(Output&) override {
    const Result<Engine> engine = LoadEngine(model_);
    if (!engine) return Fail(engine.error());
    std::optional<EncodedImage> encoded;
    if (!image_.empty()) {
      const auto file = ReadInput(image_);
      if (!file) return Fail(file.error());
      Result<EncodedImage> result = engine->EncodeImage(*file);
      if (!result) return Fail(result.error().In(image_));
      encoded = *std::move(result);
    }
    if (!embeddings_path_.empty()) {
      const auto bytes = std::as_bytes(std::span(encoded->embeddings));
      if (auto error = WriteFile(embeddings_path_, bytes, image_)) return Fail(*error);
    }
    if (logits_path_.empty()) return ExitCode::kDone;
    const auto logits = engine->Logits(tokens_, encoded ? &*encoded : nullptr);
    if (!logits) return Fail(logits.error());
    const auto bytes = std::as_bytes(std::span(*logits));
    if (auto error = WriteFile(logits_path_, bytes, image_)) return Fail(*error);
    return ExitCode::kDone;
  }

 private:
  std::string image_;
  std::vector<std::string> words_;
  std::vector<int> tokens_;
  std::string logits_path_;
  std::string embeddings_path_;
  ModelOptions model_;
};

}  // namespace

std::unique_ptr<Command> MakeDumpCommand() { return std::make_unique<DumpCommand>(); }

}  // namespace edgevlm
