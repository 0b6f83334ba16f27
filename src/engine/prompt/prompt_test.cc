#include "engine/prompt/prompt.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

std::shared_ptr<const EncodedImage> MakeImage(int tokens, float first) {
  EncodedImage image{.tokens = tokens, .width = 2, .embeddings = {}, .pieces = {}, .timings = {}};
  for (int i = 0; i < tokens * 2; ++i) image.embeddings.push_back(first + static_cast<float>(i));
  return std::make_shared<const EncodedImage>(image);
}

void AddTokens(Prompt& prompt, std::vector<int> tokens) { prompt.Add(tokens); }

// "5 6 [x y] 7": tokens, and the first value of each row of an image.
std::string TextOf(const std::vector<Input>& inputs) {
  std::string text;
  for (const Input& input : inputs) {
    for (const int token : input.tokens) text += std::to_string(token) + " ";
    for (int row = 0; row < input.embeddings.rows; ++row) {
      text += "[" + std::to_string(static_cast<int>(input.embeddings.Row(row)[0])) + "] ";
    }
  }
  return text;
}

Prompt Mixed() {
  Prompt prompt;
  AddTokens(prompt, {5, 6});
  AddTokens(prompt, {});
  prompt.Add(MakeImage(4, 10), 1, 2);
  AddTokens(prompt, {7});
  AddTokens(prompt, {8, 9});
  return prompt;
}

TEST(Prompt, GivesItsRowsFromAnywhere) {
  const Prompt prompt = Mixed();
  EXPECT_EQ(prompt.rows(), 7);
  EXPECT_EQ(TextOf(prompt.InputsFrom(0)), "5 6 [12] [14] 7 8 9 ");
  EXPECT_EQ(TextOf(prompt.InputsFrom(1)), "6 [12] [14] 7 8 9 ");
  EXPECT_EQ(TextOf(prompt.InputsFrom(3)), "[14] 7 8 9 ");
  EXPECT_EQ(TextOf(prompt.InputsFrom(4)), "7 8 9 ");
  EXPECT_EQ(TextOf(prompt.InputsFrom(7)), "");
}

TEST(Prompt, KeepsImagesWholeIfItMust) {
  Prompt prompt = Mixed();
  for (int n = 0; n <= 7; ++n) EXPECT_EQ(prompt.WholeRows(n), n);
  prompt.KeepImagesWhole();
  for (int n = 0; n <= 7; ++n) EXPECT_EQ(prompt.WholeRows(n), n == 3 ? 2 : n);
  for (const Input& input : prompt.InputsFrom(1)) {
    EXPECT_EQ(input.is_bidirectional, input.tokens.empty());
  }
}

TEST(Prompt, ForgetsItsEnd) {
  const std::string whole = TextOf(Mixed().InputsFrom(0));
  for (int n = 0; n <= 7; ++n) {
    Prompt prompt = Mixed();
    prompt.TruncateTo(n);
    EXPECT_EQ(prompt.rows(), n);
    EXPECT_EQ(whole.rfind(TextOf(prompt.InputsFrom(0)), 0), 0u) << n;
    EXPECT_EQ(CommonRows(prompt, Mixed()), n);
    EXPECT_EQ(CommonRows(Mixed(), prompt), n);
  }
}

TEST(Prompt, CommonRowsEndAtTheFirstDifference) {
  Prompt other = Mixed();
  other.TruncateTo(5);
  AddTokens(other, {8, 1});
  EXPECT_EQ(CommonRows(Mixed(), other), 6);

  Prompt text;
  AddTokens(text, {5, 6, 12});
  EXPECT_EQ(CommonRows(Mixed(), text), 2) << "an image is no token";

  Prompt another_image;
  AddTokens(another_image, {5, 6});
  another_image.Add(MakeImage(4, 11), 1, 2);
  EXPECT_EQ(CommonRows(Mixed(), another_image), 2);

  Prompt more_of_it;
  AddTokens(more_of_it, {5, 6});
  more_of_it.Add(MakeImage(4, 10), 1, 3);
  EXPECT_EQ(CommonRows(Mixed(), more_of_it), 4) << "equal values in another object";
  EXPECT_EQ(CommonRows(Prompt(), Mixed()), 0);
}

}  // namespace
}  // namespace edgevlm
