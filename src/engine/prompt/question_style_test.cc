// The prompts of models that were trained on an image, bos and plain text.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/golden_files.h"
#include "engine/prompt/prompt_style.h"
#include "tokenizer/load_tokenizer.h"

namespace edgevlm {
namespace {

class QuestionStyleTest : public ::testing::Test {
 protected:
  static constexpr int kBos = 2;

  static std::shared_ptr<const EncodedImage> ImageOfRows(int rows) {
    EncodedImage image{.tokens = rows,
                       .width = 1,
                       .embeddings = std::vector<float>(static_cast<std::size_t>(rows)),
                       .pieces = {},
                       .timings = {}};
    return std::make_shared<const EncodedImage>(std::move(image));
  }

  static Message Says(Role role, const std::string& text) {
    return {.role = role, .parts = {{.text = text}}};
  }
  static Message Shows(int rows, const std::string& text = {}) {
    return {.role = Role::kUser, .parts = {{.image = ImageOfRows(rows)}, {.text = text}}};
  }

  // "[8] </s> text": the rows of the image, bos, and the text of the other tokens.
  std::string Written(const std::vector<Message>& messages) const {
    const Result<Prompt> prompt = style_->Write(messages, tokenizer_, {});
    CHECK(prompt.ok());
    std::string written;
    for (const Prompt::Part& part : prompt->parts()) {
      if (part.image != nullptr) {
        written += "[" + std::to_string(part.rows) + "] ";
        continue;
      }
      std::span<const int> tokens = part.tokens;
      CHECK(!tokens.empty() && tokens.front() == kBos);
      tokens = tokens.subspan(1);
      // As the text is encoded by itself, not in pieces.
      const std::string text = tokenizer_.Decode(tokens);
      EXPECT_TRUE(std::ranges::equal(tokenizer_.Encode(text), tokens));
      written += "bos " + text;
    }
    return written + (prompt->ends_in_reply() ? "..." : "");
  }

 private:
  const MappedFile mapped_ = OpenGolden("families/opt-text.gguf");
  const Tokenizer tokenizer_ = *LoadTokenizer(*GgufFile::Parse(mapped_.bytes()));
  const std::unique_ptr<const PromptStyle> style_ = MakeQuestionStyle();
};

TEST_F(QuestionStyleTest, AnImageAloneIsCaptioned) { EXPECT_EQ(Written({Shows(8)}), "[8] bos "); }

TEST_F(QuestionStyleTest, ACaptionMayBeBegun) {
  EXPECT_EQ(Written({Shows(8), Says(Role::kAssistant, "a photo of")}), "[8] bos a photo of...");
}

TEST_F(QuestionStyleTest, AQuestionIsAsked) {
  EXPECT_EQ(Written({Shows(8, "how many?")}), "[8] bos Question: how many? Answer:");
  EXPECT_EQ(Written({Says(Role::kUser, "how many?")}), "bos Question: how many? Answer:");
  EXPECT_EQ(Written({Shows(8, "what?"), Says(Role::kAssistant, "a dog")}),
            "[8] bos Question: what? Answer: a dog...");
}

TEST_F(QuestionStyleTest, WhatWasSaidComesFirst) {
  EXPECT_EQ(Written({Says(Role::kSystem, "Be brief."), Shows(8), Says(Role::kAssistant, "a dog"),
                     Says(Role::kUser, "which?"), Says(Role::kAssistant, "A poodle."),
                     Says(Role::kUser, "where?")}),
            "[8] bos Be brief. a dog. Question: which? Answer: A poodle. Question: where? Answer:");
}

TEST_F(QuestionStyleTest, OnlyTheLastImageIsRead) {
  EXPECT_EQ(Written({Shows(5, "what?"), Says(Role::kAssistant, "a dog"), Shows(8, "and this?")}),
            "[8] bos Question: and this? Answer:");
}

}  // namespace
}  // namespace edgevlm
