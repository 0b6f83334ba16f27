// Bad input: one line on standard error, and the right exit code.
#include <gmock/gmock.h>

#include "program.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

void ExpectOneLine(const Outcome& outcome, int exit_code) {
  EXPECT_EQ(outcome.exit_code, exit_code);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, StartsWith("edgevlm: "));
}

TEST(BadImage, FailsWithOneLine) {
  const TestFolder folder;
  const std::string png = PngImage();
  const std::string ppm = PpmImage();
  const std::string images[] = {
      folder.Path("missing.png"),
      folder.Path(""),  // the folder itself
      folder.Write("empty.png", ""),
      folder.Write("text.jpg", "this is not an image\n"),
      folder.Write("cut.png", png.substr(0, png.size() / 2)),
      folder.Write("cut.ppm", ppm.substr(0, ppm.size() / 2)),
      folder.Write("giant.png", GiantPng()),
      folder.Write("giant.ppm", "P6 60000 60000 255\n"),
      folder.Write("jpeg_start.jpg", "\xff\xd8\xff\xe0"),
      folder.Write("webp_start.webp", "RIFF\xff\xff\xff\x7fWEBPVP8 "),
  };
  for (const std::string& image : images) {
    SCOPED_TRACE(image);
    const Outcome caption = RunEdgevlm({"caption", image});
    ExpectOneLine(caption, 1);
    EXPECT_THAT(caption.errors, HasSubstr(image));
    ExpectOneLine(RunEdgevlm({"ask", image, "what is this?"}), 1);
  }
  ExpectOneLine(RunEdgevlm({"caption", "-"}), 1);  // empty standard input
}

TEST(BadModel, FailsWithOneLine) {
  const TestFolder folder;
  const std::string image = folder.Write("picture.ppm", PpmImage());
  const std::string model = ReadWholeFile(ModelPath());
  const std::string models[] = {
      folder.Path("missing.gguf"),
      folder.Path(""),
      folder.Write("empty.gguf", ""),
      folder.Write("text.gguf", "this is not a model\n"),
      folder.Write("header.gguf", model.substr(0, 16)),
      folder.Write("keys.gguf", model.substr(0, 400)),
      folder.Write("half.gguf", model.substr(0, model.size() / 2)),
      folder.Write("one_byte_short.gguf", model.substr(0, model.size() - 1)),
  };
  for (const std::string& path : models) {
    SCOPED_TRACE(path);
    const Outcome caption = RunEdgevlm({"caption", "-m", path, image});
    ExpectOneLine(caption, 1);
    EXPECT_THAT(caption.errors, HasSubstr(path));
    ExpectOneLine(RunEdgevlm({"inspect", path}), 1);
  }
}

// Files that people mistake for an image or a model; the error must describe what they are.
TEST(BadFile, ErrorsDescribeTheFile) {
  const TestFolder folder;
  const struct {
    std::string path;
    const char* kind;
  } files[] = {
      {folder.Write("pointer",
                    "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"),
       "found a Git LFS pointer (`git lfs pull`"},
      {folder.Write("page", "<!DOCTYPE html>\n<html><title>404</title></html>\n"),
       "found a web page (HTML"},
      {folder.Write("answer", "{\"error\": \"Not found\"}"), "found JSON"},
      {folder.Write("archive", std::string("PK\3\4", 4) + std::string(40, '\0')),
       "found a ZIP archive (unpack it first)"},
      {folder.Write("icon", std::string("\0\0\1\0\1\0", 6)), "found an icon (ICO)"},
      {folder.Write("photo", std::string("\0\0\0\x18"
                                         "ftypmif1\0\0\0\0mif1heic",
                                         24)),
       "found a HEIC or HEIF image"},
      {folder.Write("text", "iVBORw0KGgoAAAANSUhEUgAAAAE="),
       "found base64 text of a PNG image (decode it first)"},
  };
  for (const auto& [path, kind] : files) {
    SCOPED_TRACE(kind);
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"caption", path},
          {"chat", "-m", path},
          {"inspect", path},
          {"tokenize", "-m", path},
          {"quantize", path, folder.Path("out"), "Q8_0"}}) {
      const Outcome outcome = RunEdgevlm(arguments);
      ExpectOneLine(outcome, 1);
      EXPECT_THAT(outcome.errors, HasSubstr(kind)) << arguments[0];
      EXPECT_THAT(outcome.errors, HasSubstr(path)) << arguments[0];
    }
  }
}

TEST(WrongUsage, FailsWithOneLineAndCodeTwo) {
  const TestFolder folder;
  const std::string image = folder.Write("picture.ppm", PpmImage());
  const std::vector<std::string> command_lines[] = {
      {"paint"},
      {"caption"},
      {"caption", "--no-such-option", image},
      {"caption", "--threads", "-1", image},
      {"caption", "--threads", "many", image},
      {"caption", "--temperature", "-1", image},
      {"caption", "--temperature", "nan", image},
      {"caption", "--top-p", "-0.1", image},
      {"caption", "--top-k", "-5", image},
      {"caption", "--max-tokens", "0", image},
      {"caption", "--max-tokens", "99999999999999999999", image},
      {"caption", "--repetition-penalty", "0", image},
      {"caption", "--presence-penalty", "2.1", image},
      {"caption", "--frequency-penalty", "nan", image},
      {"caption", "--precision", "f8", image},
      {"caption", "--early-exit", "maybe", image},
      {"caption", "--exit-threshold", "0", image},
      {"caption", "--exit-threshold", "1.01", image},
      {"caption", "--exit-threshold", "nan", image},
      {"caption", "--exit-min-layer", "-1", image},
      {"caption", "--exit-layers", "2,x", image},
      {"caption", "--cache", "f8", image},
      {"ask", "--cache", "h2o:1.5", image, "what is this?"},
      {"caption", "--cache", "window", image},
      {"caption", "--memory-limit", "some", image},
      {"caption", "--json", "--stream", image},
      {"caption", "--draft-tokens", "0", image},
      {"caption", "--draft-tokens", "17", image},
      {"caption", "--draft-tokens", "some", image},
      {"bench", "--acceptance", "1.5"},
      {"bench", "--draft-preset", "smollm2-135m"},
      {"ask", image},
      {"ask", image, "what?", "more"},
      {"dump", "--image", image},
      {"dump", "--tokens", "1,x", "--logits", folder.Path("out")},
      {"dump", "--embeddings", folder.Path("out")},
      {"bench", "-o", "xml"},
      {"eval"},
      {"inspect"},
      {"quantize", ModelPath()},
      {"quantize", ModelPath(), folder.Path("out"), "Q9_X"},
  };
  for (const auto& arguments : command_lines) {
    SCOPED_TRACE(arguments.empty() ? "no arguments" : arguments.back());
    ExpectOneLine(RunEdgevlm(arguments), 2);
  }
}

TEST(BadRequest, FailsWithOneLine) {
  const TestFolder folder;
  const std::string image = folder.Write("picture.ppm", PpmImage());
  ExpectOneLine(RunEdgevlm({"ask", image, ""}), 1);
  ExpectOneLine(RunEdgevlm({"caption", image, "--speculate", "self:99"}), 1);
  ExpectOneLine(RunEdgevlm({"caption", image, "--speculate", folder.Path("no.gguf")}), 1);
  ExpectOneLine(RunEdgevlm({"caption", image, "--speculate", image}), 1);
  ExpectOneLine(RunEdgevlm({"ask", image, "\xff\xfe"}), 1);
  ExpectOneLine(RunEdgevlm({"ask", image, std::string(100000, 'x')}), 1);
  ExpectOneLine(RunEdgevlm({"tokenize", "--decode"}, "12 dog"), 1);
  ExpectOneLine(RunEdgevlm({"dump", "--tokens", "999999999", "--logits", folder.Path("out")}), 1);
  ExpectOneLine(RunEdgevlm({"dump", "--tokens", "image", "--logits", folder.Path("out")}), 1);
  ExpectOneLine(RunEdgevlm({"dump", "--tokens", "1", "--logits", folder.Path("no/such/folder")}),
                1);
  ExpectOneLine(RunEdgevlm({"eval", folder.Path("")}), 1);
  for (const char* layers : {"0", "4,2", "2,2", "2,99"}) {
    const Outcome rejected = RunEdgevlm({"ask", image, "what?", "--exit-layers", layers});
    ExpectOneLine(rejected, 1);
    EXPECT_THAT(rejected.errors, HasSubstr("options: exit_layers: expected increasing numbers"));
  }
  ExpectOneLine(RunEdgevlm({"quantize", image, folder.Path("out"), "Q8_0"}), 1);
  ExpectOneLine(RunEdgevlm({"quantize", ModelPath(), folder.Path("no/folder/out"), "Q8_0"}), 1);
  ExpectOneLine(RunEdgevlm({"quantize", ModelPath(), folder.Path(""), "Q8_0", "--force"}), 1);
  ExpectOneLine(RunEdgevlm({"quantize", ModelPath(), "/dev/null", "Q8_0", "--force"}), 1);
}

// No command may overwrite its own input.
TEST(BadRequest, NeverOverwritesAnInput) {
  const TestFolder folder;
  const std::string model = folder.Write("model.gguf", ReadWholeFile(ModelPath()));
  const std::string image = folder.Write("picture.ppm", PpmImage());
  const std::string labels =
      folder.Write("labels.jsonl", "{\"image\": \"image.ppm\", \"captions\": [\"a cat\"]}\n");
  const std::vector<std::string> command_lines[] = {
      {"quantize", model, model, "Q8_0"},
      {"quantize", model, folder.Path("./model.gguf"), "Q8_0", "--force"},
      {"quantize", ModelPath(), model, "Q8_0"},
      {"dump", "-m", model, "--tokens", "1", "--logits", model},
      {"dump", "-m", model, "--image", image, "--embeddings", image},
      {"dump", "--tokens", "1", "--logits", model},
      {"profile", image, "--trace", image},
      {"profile", "-m", model, image, "--trace", model},
      {"eval", folder.Path(""), "--samples", labels},
      {"eval", folder.Path(""), "--samples", model},
      {"chat", "-m", model, "--session", model},
  };
  for (const auto& arguments : command_lines) {
    SCOPED_TRACE(arguments.front() + " ... " + arguments.back());
    ExpectOneLine(RunEdgevlm(arguments, "hello\n"), 1);
    EXPECT_EQ(ReadWholeFile(model), ReadWholeFile(ModelPath()));
    EXPECT_EQ(ReadWholeFile(image), PpmImage());
    EXPECT_THAT(ReadWholeFile(labels), HasSubstr("a cat"));
  }
}

}  // namespace
}  // namespace edgevlm
