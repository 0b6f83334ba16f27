#include <string>

#include "cli/options.h"
#include "decode/speculate/draft.h"

namespace edgevlm {

void ModelOptions::DeclareSpeculation(CLI::App& app) {
  app.add_option("--speculate", speculation.drafter,
                 "who guesses tokens beforehand, which never changes a reply: off; ngram: what\n"
                 "followed these words before; self: the model's first blocks; a smaller model")
      ->type_name("off|ngram|self|FILE.gguf")
      ->capture_default_str();
  const auto choose = [this](const std::string& count) {
    speculation.draft_tokens = count == "auto" ? 0 : std::stoi(count);
  };
  app.add_option_function<std::string>("--draft-tokens", choose,
                                       "how many at once; auto: as many as pay")
      ->type_name("K|auto")
      ->check(CLI::IsMember({"auto"}).description("") |
              CLI::Range(1, Draft::kMostTokens).description(""));
}

}  // namespace edgevlm
