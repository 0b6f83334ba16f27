#include "measure/compare_text.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "decode/batch.h"
#include "engine/measured_engine.h"

namespace edgevlm {
namespace {

constexpr int kStoryPromptTokens = 320;
constexpr int kStoryReplyTokens = 128;

// Names and things recur far after their first mention, so that forgetting them shows.
constexpr std::string_view kStory =
    "The ferry to Skarholm leaves at six, when the fish market opens and the gulls are still "
    "quiet. "
    "On the first Monday of October only three people waited on the pier: Ada Lindqvist with a "
    "green "
    "suitcase, her brother Tomas, who carried a telescope wrapped in a blanket, and an old man "
    "called Hallgrim, who sold honey from a wooden box. Ada had taken the post of keeper at the "
    "lighthouse for one winter. Tomas had promised to stay until the snow came, because he did not "
    "believe that anyone could live alone out there, and because the sky above the island was said "
    "to be the darkest in the country.\n\n"
    "The captain, a woman named Ruth, took their tickets without a word. She had crossed the sound "
    "four thousand times and counted every crossing in a blue notebook that hung beside the wheel. "
    "Hallgrim gave her a jar of heather honey, as he did each week, and she put it next to the "
    "notebook. Then the engine started, the ropes fell into the water, and the town grew small "
    "behind them. It rained a little. Ada opened the green suitcase to look for her gloves and "
    "found "
    "a letter that she had not packed. On the envelope stood, in her father's hand: do not read "
    "this "
    "before the first storm.\n\n"
    "They reached Skarholm at half past eight. The lighthouse stood at the northern end, white "
    "with "
    "one red stripe, and beside it a house with four rooms, a well, and a shed full of coal. Tomas "
    "set up the telescope at once, although it was day. Ada walked through the rooms, wound the "
    "clock, and wrote down what was there: twelve candles, two lamps, a sack of flour, a stove "
    "that "
    "smoked, and a radio that could hear the mainland only at night. In the evening Hallgrim came "
    "up "
    "the path with a second jar of honey and told them about the last keeper, who had left in "
    "March "
    "and had never said why. He pointed at the clock and said that it had stopped on the same "
    "night. "
    "Ada thought of the letter in the green suitcase, but she said nothing.\n\n"
    "The weeks passed. Ruth brought the mail on Mondays and counted the crossings in her blue "
    "notebook. Tomas drew the moons of Jupiter, and the honey grew hard in its jar. On the last "
    "day "
    "of November the wind turned to the north, the gulls disappeared, and the radio was silent. "
    "When the first wave struck the rocks below the lighthouse, Ada took the letter out of the "
    "green "
    "suitcase, sat down beside the stove, and broke the seal. Her father had written only a few "
    "lines. He had been the keeper of Skarholm himself, he said, before she and Tomas were born, "
    "and "
    "he had stopped the clock, because ";

// The number of story tokens that a context holds, and how many of them are the prompt.
struct StoryLength {
  int prompt;
  int reply;
};

StoryLength LengthFor(int context_tokens) {
  const int all = std::min(context_tokens, kStoryPromptTokens + kStoryReplyTokens);
  const int prompt =
      std::max(1, all * kStoryPromptTokens / (kStoryPromptTokens + kStoryReplyTokens));
  return {.prompt = prompt, .reply = all - prompt};
}

Result<Prompt> PromptOf(const MeasuredEngine& engine, const CompareText& text,
                        std::shared_ptr<const EncodedImage> image) {
  if (image == nullptr) {
    Prompt prompt;
    prompt.Add(text.prompt);
    return prompt;
  }
  const Message request = {.role = Role::kUser, .parts = {{.image = std::move(image)}}};
  return engine.WritePrompt({&request, 1});
}

}  // namespace

int ComparePromptTokens(int context_tokens) { return LengthFor(context_tokens).prompt; }

CompareText MakeCompareText(const Engine& engine) {
  if (!engine.info().vision_encoder.empty()) return {};
  const MeasuredEngine measured(engine);
  const Tokenizer& tokenizer = measured.tokenizer();
  std::vector<int> story = tokenizer.Encode(kStory);
  if (tokenizer.add_bos() && tokenizer.bos()) story.insert(story.begin(), *tokenizer.bos());
  const StoryLength length = LengthFor(engine.info().context_tokens);
  const auto size = static_cast<int>(story.size());
  const int prompt = std::min(length.prompt, size);
  const int reply = std::min(length.reply, size - prompt);
  return {.prompt = {story.begin(), story.begin() + prompt},
          .reply = {story.begin() + prompt, story.begin() + prompt + reply}};
}

Result<FollowedText> FollowText(const Engine& engine, const CompareText& text,
                                std::shared_ptr<const EncodedImage> image, const NextToken& next) {
  const MeasuredEngine measured(engine);
  const Result<Prompt> prompt = PromptOf(measured, text, std::move(image));
  if (!prompt) return prompt.error();
  const int capacity = engine.info().context_tokens - prompt->rows();
  const int tokens = text.reply.empty() ? std::min(capacity, kStoryReplyTokens)
                                        : static_cast<int>(text.reply.size());
  if (tokens < 1 || tokens > capacity) {
    return Error{ErrorCode::kTooLarge, "compare: expected a prompt that leaves " +
                                           std::to_string(std::max(tokens, 1)) + " of " +
                                           std::to_string(engine.info().context_tokens) +
                                           " tokens, found " + std::to_string(prompt->rows())};
  }
  Sequence sequence(measured.decoder(), prompt->rows() + tokens, measured.cache());
  Batch batch(measured.decoder(), measured.exits());
  const ThreadGroups thread_groups = measured.thread_groups();
  std::vector<float> logits(static_cast<std::size_t>(engine.info().vocabulary_tokens));
  const View<float> row(logits.data(), 1, engine.info().vocabulary_tokens);
  batch.AddAll(sequence, prompt->InputsFrom(0), row, thread_groups.prefill);
  sequence.EndPrompt(thread_groups.prefill);
  for (int i = 0; i < tokens; ++i) {
    const std::optional<int> token = next(i, logits);
    if (!token) break;
    batch.Add(sequence, {.tokens = {&*token, 1}}, 1, /*may_leave=*/true);
    batch.Forward(row, thread_groups.decode);
  }
  return FollowedText{.prompt_tokens = prompt->rows(),
                      .cache_bytes = static_cast<std::int64_t>(sequence.cache().bytes())};
}

}  // namespace edgevlm
