// The generated set of texts: graded lengths, with one sentence in each to find.
#include <array>
#include <fstream>

#include "eval/datasets/make/generated_set.h"
#include "eval/datasets/make/media_folder.h"
#include "eval/datasets/seeded_random.h"

namespace edgevlm {
namespace {

constexpr std::array<int, 7> kWordCounts = {64, 128, 256, 512, 1024, 2048, 4096};
constexpr std::array<int, 5> kDepths = {0, 25, 50, 75, 100};  // of the sentence, in percent

constexpr std::array<std::string_view, 10> kWho = {
    "The baker",   "Our neighbor",  "A young doctor", "The bus driver", "My sister",
    "The teacher", "An old sailor", "The gardener",   "A student",      "The mayor"};
constexpr std::array<std::string_view, 10> kDid = {"carried",   "repaired", "painted",  "forgot",
                                                   "found",     "sold",     "borrowed", "described",
                                                   "collected", "returned"};
constexpr std::array<std::string_view, 10> kWhat = {
    "a wooden chair", "the red bicycle", "two heavy boxes", "an old map",     "the kitchen clock",
    "a broken radio", "several letters", "the long ladder", "a glass bottle", "the blue umbrella"};
constexpr std::array<std::string_view, 10> kWhen = {
    "before breakfast",    "after the storm",      "on a quiet Sunday",   "near the harbor",
    "in the small garden", "behind the station",   "late in the evening", "at the market",
    "without a word",      "during the long break"};
constexpr std::array<std::string_view, 6> kPlaces = {"garden",  "garage", "cellar",
                                                     "library", "harbor", "museum"};

std::string FillerSentence(SeededRandom& random) {
  std::string sentence(random.OneOf(kWho));
  for (const auto* part : {&kDid, &kWhat, &kWhen}) {
    sentence += " ";
    sentence += random.OneOf(*part);
  }
  return sentence + ".";
}

int WordsIn(std::string_view text) {
  int words = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    words += text[i] != ' ' && (i == 0 || text[i - 1] == ' ') ? 1 : 0;
  }
  return words;
}

struct Prompt {
  std::string text;
  std::string place;
  std::string code;
};

// A text of `words` words, up to a sentence more, with the sentence at `depth` percent of them.
Prompt ComposePrompt(int words, int depth, SeededRandom& random) {
  Prompt prompt;
  prompt.place = random.OneOf(kPlaces);
  prompt.code = std::to_string(random.Between(1000, 9999));
  const std::string needle = "The code of the " + prompt.place + " is " + prompt.code + ".";
  const int filler = words - WordsIn(needle);
  bool has_needle = false;
  int written = 0;
  while (written < filler || !has_needle) {
    const bool is_needle = !has_needle && written * 100 >= filler * depth;
    const std::string sentence = is_needle ? needle : FillerSentence(random);
    if (!is_needle) written += WordsIn(sentence);
    has_needle = has_needle || is_needle;
    prompt.text += (prompt.text.empty() ? "" : " ") + sentence;
  }
  return prompt;
}

}  // namespace

Result<std::vector<ManifestRow>> MakePrompts(const MakeOptions& options) {
  if (auto error = CreateMediaFolder(options.folder, "texts")) return *error;
  SeededRandom random(options.seed);
  std::vector<ManifestRow> rows;
  for (int i = 0; i < options.count; ++i) {
    const auto number = static_cast<std::size_t>(i);
    const int words = kWordCounts[number % kWordCounts.size()];
    // Seven lengths and five depths meet in every pair.
    const int depth = kDepths[number % kDepths.size()];
    const Prompt prompt = ComposePrompt(words, depth, random);
    const std::string path = "texts/" + SixDigits(i) + ".txt";
    const std::string file = options.folder + "/" + path;
    std::ofstream out(file, std::ios::binary);
    out << prompt.text << "\n";
    if (!out.flush()) return Error{ErrorCode::kIo, file + ": cannot be written"};
    rows.push_back({.id = SixDigits(i) + "-depth-" + std::to_string(depth),
                    .path = path,
                    .type = MediaType::kText,
                    .question = "What is the code of the " + prompt.place + "?",
                    .answers = {prompt.code},
                    .category = std::to_string(words) + " words",
                    .split = "test"});
    options.on_done(i + 1, options.count);
  }
  return rows;
}

}  // namespace edgevlm
