#include <charconv>
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
    int& tokens = speculation.draft_tokens;
    tokens = 0;
    if (count == "auto") return;
    const auto [end, code] = std::from_chars(count.data(), count.data() + count.size(), tokens);
    if (code == std::errc() && *end == 0 && 1 <= tokens && tokens <= Draft::kMaxTokens) return;
    throw CLI::ValidationError(std::string("--draft-tokens: expected auto or 1 to ")
                                   .append(std::to_string(Draft::kMaxTokens))
                                   .append(", found ")
                                   .append(count));
  };
  app.add_option_function<std::string>("--draft-tokens", choose,
                                       "how many at once; auto: as many as pay")
      ->type_name("K|auto");
}

}  // namespace edgevlm
