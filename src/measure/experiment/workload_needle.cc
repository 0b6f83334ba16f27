// A fact hidden at some depth of a long text, and asked for at its end ("needle in a haystack",
// Kamradt 2023).
#include <algorithm>
#include <random>

#include "edgevlm/count_tokens.h"
#include "measure/experiment/workload.h"

namespace edgevlm {
namespace {

constexpr int kRequestTokens = 64;  // that the question around the text may take

struct Needle {
  std::string text;      // with the fact inside
  std::string question;  // that only the fact answers
  std::string answer;
  double depth = 0;  // of the fact, of 1
};

// The beginning of the text with about so many tokens, at a word's end.
std::string Beginning(const Engine& engine, std::string text, int tokens) {
  const auto all = static_cast<double>(TokenizeText(engine, text).size());
  if (all > tokens) {
    text.resize(static_cast<std::size_t>(static_cast<double>(text.size()) * tokens / all));
    text.resize(std::min(text.size(), text.rfind(' ')));
  }
  return text;
}

// The same for an item every time, so that all conditions look for the same needle.
Needle Hide(const std::string& id, const std::string& haystack) {
  std::seed_seq seed(id.begin(), id.end());
  std::mt19937_64 rng(seed);
  Needle needle;
  needle.answer = std::to_string(1000 + rng() % 9000);
  needle.question = "What is the number of the blue locker? Answer with the number only.";
  needle.depth = static_cast<double>(rng() % 1000) / 1000;
  const auto wanted = static_cast<std::size_t>(needle.depth * static_cast<double>(haystack.size()));
  const std::size_t sentence = haystack.find(". ", wanted);
  const std::size_t at = sentence == std::string::npos ? haystack.size() : sentence + 2;
  needle.text = haystack.substr(0, at) + "The number of the blue locker is " + needle.answer +
                ". " + haystack.substr(at);
  return needle;
}

class NeedleWorkload final : public Workload {
 public:
  Result<Outcome> Run(const Engine& engine, const Setup& setup, const Item& item) override {
    if (item.text.empty()) {
      return Error{ErrorCode::kUnsupported, item.id + ": expected a text, found another medium"};
    }
    if (engine.info().chat_template.empty()) {
      return Error{ErrorCode::kUnsupported,
                   "needle: expected a model that was trained to answer (with a chat template), "
                   "found one without"};
    }
    const int room = engine.info().context_tokens - setup.request.max_tokens - kRequestTokens;
    const int tokens = std::min(setup.request.prompt_tokens, room);
    const Needle needle = Hide(item.id, Beginning(engine, item.text, tokens));
    const Message message = {.role = Role::kUser,
                             .parts = {{.text = needle.text + "\n\n" + needle.question}}};
    Session session(engine);
    const Result<Reply> reply =
        session.Chat({&message, 1}, {.max_tokens = setup.request.max_tokens});
    if (!reply) return reply.error();
    const bool found = reply->text.find(needle.answer) != std::string::npos;
    return Outcome{.metrics = {{"found_score", found ? 1 : 0},
                               {"depth", needle.depth},
                               {"prompt_tokens", reply->prompt_tokens},
                               {"cache_bytes", static_cast<double>(reply->cache_bytes)}},
                   .reply = reply->text};
  }
};

}  // namespace

std::unique_ptr<Workload> MakeNeedleWorkload(const LoadModel&) {
  return std::make_unique<NeedleWorkload>();
}

}  // namespace edgevlm
