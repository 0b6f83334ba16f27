#include "engine/vision/blank_image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "edgevlm/count_tokens.h"
#include "engine/testing/tiny_chat.h"
#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

TEST(BlankImage, StandsInForAMissingOne) {
  const Engine engine = TinyEngine();
  const std::vector<Message> words = {User({{.text = "what is it"}})};
  const auto blind = Session(engine).Chat(words, {.max_tokens = 8});
  ASSERT_TRUE(blind) << blind.error().message;

  Image gray(40, 40);
  std::ranges::fill(gray.pixels, std::uint8_t{128});
  std::vector<Message> with_image = words;
  with_image[0].parts.insert(with_image[0].parts.begin(),
                             {.image = std::make_shared<const EncodedImage>(*engine.EncodeImage(
                                  PixelsView{gray.width, gray.height, gray.pixels}))});
  const auto seeing = Session(engine).Chat(with_image, {.max_tokens = 8});
  ASSERT_TRUE(seeing) << seeing.error().message;
  EXPECT_EQ(blind->text, seeing->text);
  EXPECT_EQ(blind->prompt_tokens, seeing->prompt_tokens);
  EXPECT_EQ(*CountPromptTokens(engine, words), blind->prompt_tokens);
}

TEST(BlankImage, IsOnlyForModelsAndMessagesWithoutAnother) {
  const Engine engine = TinyEngine();
  const Model& model = StateOf(engine).model;
  std::vector<Message> messages = {User({{.text = "what is it"}})};
  EXPECT_TRUE(NeedsBlankImage(model, messages));
  ASSERT_EQ(AddBlankImage(StateOf(engine), {}, messages), std::nullopt);
  EXPECT_FALSE(NeedsBlankImage(model, messages));
  EXPECT_FALSE(NeedsBlankImage(model, {}));
  const std::vector<Message> silent = {User({})};
  EXPECT_FALSE(NeedsBlankImage(model, silent));
  EXPECT_FALSE(Session(engine).Chat(silent, {})) << "its error stays what it was";
}

}  // namespace
}  // namespace edgevlm
