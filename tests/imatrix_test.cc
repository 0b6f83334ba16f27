// edgevlm imatrix and quantize --imatrix, with the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "program.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

std::string Sentences() {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "is there a red circle below the cat? ";
  return text;
}

// The built-in model has both a vision encoder and a decoder in one file.
TEST(Imatrix, ServesQuantize) {
  const TestFolder folder;
  const std::string matrix = folder.Path("imatrix.gguf");
  const Outcome made = RunEdgevlm(
      {"imatrix", matrix, "--image", folder.Write("image.ppm", PpmImage()), "--text",
       folder.Write("text.txt", Sentences()), "--window-tokens", "64", "--windows", "2", "--json"});
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  const auto report = nlohmann::json::parse(made.output);
  EXPECT_EQ(report["windows"], 2);
  EXPECT_EQ(report["images"], 1);
  EXPECT_GT(report["tensors"], 10);

  const std::string small = folder.Path("small.gguf");
  const Outcome quantized =
      RunEdgevlm({"quantize", "--imatrix", matrix, ModelPath(), small, "q4_0", "--json"});
  ASSERT_EQ(quantized.exit_code, 0) << quantized.errors;
  EXPECT_GT(nlohmann::json::parse(quantized.output)["weighted_tensors"], 10);
  const Outcome caption = RunEdgevlm({"caption", "-m", small, folder.Path("image.ppm")});
  EXPECT_EQ(caption.exit_code, 0) << caption.errors;
}

TEST(Imatrix, KeepsFilesThatItReads) {
  const TestFolder folder;
  const std::string model = folder.Write("model.gguf", ReadWholeFile(ModelPath()));
  const std::string text = folder.Write("text.txt", Sentences());
  for (const std::string& out : {model, text, folder.Path("./model.gguf")}) {
    const Outcome refused =
        RunEdgevlm({"imatrix", out, "-m", model, "--text", text, "--force", "--windows", "1"});
    ExpectOneLine(refused, 1);
    EXPECT_THAT(refused.errors, HasSubstr("expected another file than those that are read"));
  }
  EXPECT_EQ(ReadWholeFile(model), ReadWholeFile(ModelPath()));
  EXPECT_EQ(ReadWholeFile(text), Sentences());
}

TEST(Imatrix, RefusesWithOneLine) {
  const TestFolder folder;
  const std::string text = folder.Write("text.txt", "too short");
  const std::string image = folder.Write("image.ppm", PpmImage());
  const std::string out = folder.Path("out.gguf");
  ExpectOneLine(RunEdgevlm({"imatrix", out}), 2);
  ExpectOneLine(RunEdgevlm({"imatrix", out, "--text", folder.Path("none.txt")}), 1);
  ExpectOneLine(RunEdgevlm({"imatrix", out, "--text", text}), 1);
  ExpectOneLine(RunEdgevlm({"imatrix", out, "--image", text}), 1);
  ExpectOneLine(RunEdgevlm({"imatrix", folder.Path("no/out.gguf"), "--image", image}), 1);
  ExpectOneLine(RunEdgevlm({"quantize", "--imatrix", text, ModelPath(), out, "q4_0"}), 1);
  ExpectOneLine(RunEdgevlm({"quantize", "--imatrix", ModelPath(), ModelPath(), out, "q4_0"}), 1);
  ExpectOneLine(RunEdgevlm({"quantize", "--imatrix", out, ModelPath(), out, "q4_0"}), 1);
  ExpectOneLine(RunEdgevlm({"quantize", "--tensor-type", "ffn", ModelPath(), out, "q4_0"}), 2);
  ExpectOneLine(RunEdgevlm({"quantize", "--tensor-type", "(=q4_0", ModelPath(), out, "q4_0"}), 2);
}

}  // namespace
}  // namespace edgevlm
