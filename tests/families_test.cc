// Gemma 3, InternVL and Qwen-VL from files, as a user runs them: small models with random weights.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

struct SmallFamily {
  const char* name;
  std::vector<std::string> options;
  int image_tokens;             // of prep.png
  const char* stored;           // a tensor of the encoder's file in Q4_K_M, and its type
  const char* decoder = "";     // its file, where that has another name
  bool takes_any_size = false;  // an image keeps its shape
};

std::string InFamilies(const std::string& name) { return DataPath("families/" + name); }

const SmallFamily kGemma3 = {
    "gemma3", {"--chat-template", "gemma"}, 16, "mm.input_projection.weight +F16"};
const SmallFamily kInternVl = {"internvl", {}, 7 * 16, "mm.model.mlp.1.weight +Q4_K"};
// Some cache policies need the most tokens of an image to fit into what they keep.
const std::vector<std::string> kQwenOptions = {"--chat-template", "chatml", "--image-max-tokens",
                                               "100"};
const SmallFamily kQwen2Vl = {"qwen2vl", kQwenOptions, 9 * 5, "mm.0.weight +Q5_0", "", true};
const SmallFamily kQwen25Vl = {"qwen25vl", kQwenOptions, 9 * 5, "v.blk.0.ffn_down.weight +F16",
                               "qwen2vl",  true};
const SmallFamily kQwen3Vl = {"qwen3vl", kQwenOptions, 11 * 7, "mm.0.weight +Q4_K", "", true};

class FamiliesTest : public ::testing::TestWithParam<SmallFamily> {
 protected:
  static std::string DecoderFile(const SmallFamily& family) {
    return std::string(*family.decoder == '\0' ? family.name : family.decoder) + "-text.gguf";
  }
  static std::string ImageFile(const SmallFamily& family) {
    return std::string(family.name) + "-mmproj.gguf";
  }
  // The arguments that name the model, then others.
  static std::vector<std::string> With(const SmallFamily& family,
                                       const std::vector<std::string>& others) {
    std::vector<std::string> arguments = {"-m", InFamilies(DecoderFile(family)), "--mmproj",
                                          InFamilies(ImageFile(family))};
    arguments.insert(arguments.end(), family.options.begin(), family.options.end());
    arguments.insert(arguments.end(), others.begin(), others.end());
    return arguments;
  }
  static Outcome RunOn(const std::string& command, const std::vector<std::string>& others,
                       const std::string& input = {}) {
    std::vector<std::string> arguments = With(GetParam(), others);
    arguments.insert(arguments.begin(), command);
    return RunEdgevlm(arguments, input);
  }
  // A question about an image of seven tiles for InternVL; its reply as JSON.
  static json Ask(const std::vector<std::string>& others,
                  const std::string& image = InFamilies("prep.png")) {
    std::vector<std::string> arguments = {
        "--json", image, "what is it?", "--max-tokens", "24", "--temperature", "2", "--seed", "3"};
    arguments.insert(arguments.end(), others.begin(), others.end());
    const Outcome outcome = RunOn("ask", arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return json::parse(outcome.output, nullptr, false);
  }
  // Two questions about one image, as one conversation.
  static std::vector<json> Talk(const std::vector<std::string>& others) {
    std::vector<std::string> arguments = {"--json", InFamilies("prep.png"), "--max-tokens", "8"};
    arguments.insert(arguments.end(), others.begin(), others.end());
    const Outcome outcome = RunOn("chat", arguments, "what is it?\nand where?\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    std::vector<json> replies;
    std::istringstream lines(outcome.output);
    for (std::string line; std::getline(lines, line);) replies.push_back(json::parse(line));
    EXPECT_EQ(replies.size(), 2u);
    return replies;
  }
};

TEST_P(FamiliesTest, ThePromptHoldsTheImage) {
  const json image = Ask({});
  EXPECT_GT(image["prompt_tokens"], GetParam().image_tokens);
  EXPECT_EQ(image["reply_tokens"], 24);
}

TEST_P(FamiliesTest, ThreadsChangeNoToken) {
  EXPECT_EQ(Ask({"-t", "1"})["answer"], Ask({"-t", "2"})["answer"]);
}

// The image is read once, also where a policy evicts or quantizes, unless it evicted the image.
TEST_P(FamiliesTest, ASecondQuestionReusesTheImageUnderEveryCachePolicy) {
  for (const char* cache : {"f16", "q8_0", "q4", "gear", "h2o:0.5", "snapkv:120", "pyramid:120",
                            "thirds:120", "window:200"}) {
    const std::vector<json> replies = Talk({"--cache", cache});
    ASSERT_EQ(replies.size(), 2u);
    const bool evicts = std::string(cache).find(':') != std::string::npos;
    if (evicts) continue;
    EXPECT_GE(replies[1]["reused_tokens"], GetParam().image_tokens) << cache;
  }
}

TEST_P(FamiliesTest, SpeculationChangesNoReply) {
  const std::vector<json> plain = Talk({});
  for (const char* drafter : {"ngram", "self:1"}) {
    const std::vector<json> drafted = Talk({"--speculate", drafter, "--draft-tokens", "4"});
    ASSERT_EQ(drafted.size(), plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
      EXPECT_EQ(drafted[i]["reply"], plain[i]["reply"]) << drafter;
    }
    const bool always_drafts = drafter != std::string("ngram");
    EXPECT_GE(drafted[0]["drafted_tokens"], always_drafts ? 1 : 0);
  }
}

TEST_P(FamiliesTest, MergesAndDropsTokensOrSaysWhyNot) {
  if (GetParam().takes_any_size) {
    for (const auto& [option, value, reason] :
         {std::tuple("--tome", "4", "needs the place of every patch"),
          std::tuple("--keep-tokens", "10", "depends on the image")}) {
      const Outcome outcome = RunOn("ask", {InFamilies("prep.png"), "what?", option, value});
      EXPECT_EQ(outcome.exit_code, 1);
      EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
      EXPECT_THAT(outcome.errors, HasSubstr(reason));
    }
    return;
  }
  const int all = Ask({})["prompt_tokens"];
  const int tiles = GetParam().image_tokens / 16;
  EXPECT_EQ(Ask({"--tome", "4"})["prompt_tokens"], all) << "their projectors read a grid";
  for (const char* kept : {"10", "10:attention"}) {
    EXPECT_EQ(Ask({"--keep-tokens", kept})["prompt_tokens"], all - 6 * tiles) << kept;
  }
}

// Rows that are no multiple of a block stay as they are; Gemma's projection, stored transposed,
// too.
TEST_P(FamiliesTest, QuantizedFilesAnswer) {
  const TestFolder folder;
  const std::string decoder = DecoderFile(GetParam()), image = ImageFile(GetParam());
  for (const char* type : {"Q8_0", "Q4_K_M"}) {
    for (const std::string& file : {decoder, image}) {
      ASSERT_EQ(
          RunEdgevlm({"quantize", InFamilies(file), folder.Path(file), type, "--force"}).exit_code,
          0);
    }
    std::vector<std::string> arguments = {"ask", "-m", folder.Path(decoder)};
    arguments.insert(arguments.end(), {"--mmproj", folder.Path(image)});
    arguments.insert(arguments.end(), GetParam().options.begin(), GetParam().options.end());
    arguments.insert(arguments.end(), {InFamilies("prep.png"), "what is it?"});
    const Outcome outcome = RunEdgevlm(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  }
  const std::string tensors = RunEdgevlm({"inspect", folder.Path(image)}).output;
  EXPECT_THAT(tensors, ::testing::ContainsRegex(GetParam().stored));
  if (image.starts_with("gemma3")) {
    EXPECT_THAT(tensors, ::testing::ContainsRegex("v.blk.0.ffn_down.weight +F16"));
  }
}

TEST_P(FamiliesTest, EveryExitGoesThroughWhatTheRuleSays) {
  const json never = Ask({"--early-exit", "exit", "--exit-layers", "1", "--exit-threshold", "1"});
  EXPECT_EQ(never["answer"], Ask({})["answer"]);
  EXPECT_EQ(RunOn("ask", {InFamilies("prep.png"), "what?", "--early-exit", "exit"}).exit_code, 1)
      << "no exit was trained";
}

TEST_P(FamiliesTest, TakesImagesOfAnyShape) {
  const TestFolder folder;
  for (const auto& [width, height] : {std::pair(1, 4000), std::pair(4000, 1), std::pair(8, 8)}) {
    std::string ppm = "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
    ppm.append(static_cast<std::size_t>(3 * width * height), '\x40');
    const std::string image = folder.Write("image.ppm", ppm);
    if (GetParam().takes_any_size && width != height) {
      const Outcome outcome = RunOn("ask", {image, "what is it?"});
      EXPECT_EQ(outcome.exit_code, 1);
      EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
      EXPECT_THAT(outcome.errors, HasSubstr("at most 200 times as long as the other"));
      continue;
    }
    EXPECT_EQ(Ask({}, image)["reply_tokens"], 24) << width << " x " << height;
  }
}

TEST_P(FamiliesTest, AnImageThatDoesNotFitIsOneLine) {
  for (const char* context : {"10", "40"}) {
    const Outcome outcome = RunOn("ask", {InFamilies("prep.png"), "what is it?", "-c", context});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr("expected at most"));
  }
  if (GetParam().image_tokens <= 16) return;
  if (GetParam().takes_any_size) {
    const Outcome outcome =
        RunOn("ask", {InFamilies("prep.png"), "what is it?", "--image-min-tokens", "101"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.errors, HasSubstr("image_min_tokens: expected at most the maximum of 100"));
    return;
  }
  // Fewer tiles do fit.
  EXPECT_EQ(Ask({"-c", "100", "--image-max-tokens", "32"})["reply_tokens"], 24);
}

TEST(ImageTokens, AreLimitedByOptions) {
  const auto tokens = [](const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"dump",
                                          "-m",
                                          InFamilies("qwen2vl-text.gguf"),
                                          "--mmproj",
                                          InFamilies("qwen2vl-mmproj.gguf"),
                                          "--image",
                                          InFamilies("prep.png"),
                                          "--embeddings"};
    const TestFolder folder;
    arguments.push_back(folder.Path("embeddings.f32"));
    arguments.insert(arguments.end(), options.begin(), options.end());
    EXPECT_EQ(RunEdgevlm(arguments).exit_code, 0);
    constexpr std::uintmax_t kRowBytes = 128 * sizeof(float);
    return std::filesystem::file_size(folder.Path("embeddings.f32")) / kRowBytes;
  };
  EXPECT_EQ(tokens({}), 9u * 5);
  EXPECT_EQ(tokens({"--image-max-tokens", "40"}), 8u * 4);
  EXPECT_EQ(tokens({"--image-min-tokens", "90"}), 13u * 8);
}

INSTANTIATE_TEST_SUITE_P(Files, FamiliesTest,
                         ::testing::Values(kGemma3, kInternVl, kQwen2Vl, kQwen25Vl, kQwen3Vl),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(FamilyMismatch, IsOneLine) {
  const std::string gemma = InFamilies("gemma3-text.gguf"), qwen = InFamilies("internvl-text.gguf");
  const std::string llama = DataPath("tiny-llama-f16.gguf");
  for (const auto& [model, mmproj, expected] :
       {std::tuple(gemma, "internvl-mmproj.gguf", "attend to earlier ones only"),
        std::tuple(qwen, "gemma3-mmproj.gguf", "attend to each other"),
        std::tuple(llama, "gemma3-mmproj.gguf", "expected 256, found 128"),
        std::tuple(qwen, "qwen2vl-mmproj.gguf", "positions for rows and columns")}) {
    const Outcome outcome = RunEdgevlm(
        {"ask", "-m", model, "--mmproj", InFamilies(mmproj), InFamilies("prep.png"), "what?"});
    EXPECT_EQ(outcome.exit_code, 1) << mmproj;
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr(expected));
  }
}

}  // namespace
}  // namespace edgevlm
