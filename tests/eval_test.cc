// edgevlm eval on a dataset of two images, and on a text.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kLabels =
    R"({"image": "a.ppm", "things": [{"name": "dog", "count": 2}], "captions": ["two dogs"],)"
    R"( "questions": [{"kind": "count", "question": "how many dogs?", "answer": "two"},)"
    R"( {"kind": "exists", "question": "is there a dog?", "answer": "yes"}]})"
    "\n"
    R"({"image": "b.png", "things": [], "captions": [], "questions": []})"
    "\n";

class EvalTest : public ::testing::Test {
 protected:
  EvalTest() {
    folder_.Write("a.ppm", PpmImage());
    folder_.Write("b.png", PngImage());
    folder_.Write("labels.jsonl", kLabels);
  }
  const TestFolder folder_;
};

TEST_F(EvalTest, PrintsOneLinePerKind) {
  const Outcome outcome = RunEdgevlm({"eval", folder_.Path("")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  for (const char* row : {"\ncount ", "\nexists ", "\nall ", "\nfacts F1 ", "\nperplexity "}) {
    EXPECT_THAT(outcome.output, HasSubstr(row));
  }
  EXPECT_THAT(outcome.output, HasSubstr("blank"));
  EXPECT_THAT(RunEdgevlm({"eval", "--no-blank", folder_.Path("")}).output, Not(HasSubstr("blank")));
}

TEST_F(EvalTest, JsonAndSamplesAgree) {
  const std::string samples_path = folder_.Path("samples.jsonl");
  const Outcome outcome =
      RunEdgevlm({"eval", "--json", "--samples", samples_path, folder_.Path("")});
  const json report = json::parse(outcome.output, nullptr, false);
  ASSERT_TRUE(report.is_object()) << outcome.output << outcome.errors;
  EXPECT_EQ(report["pictures"], 2);
  EXPECT_EQ(report["questions"]["all"]["n"], 2);
  EXPECT_GE(report["captions"]["perplexity"], 1.0);
  const std::string samples = ReadWholeFile(samples_path);
  EXPECT_EQ(std::count(samples.begin(), samples.end(), '\n'), 4);  // 2 questions, 2 captions
}

TEST_F(EvalTest, DoesNotDependOnTheNumberOfWorkers) {
  EXPECT_EQ(RunEdgevlm({"eval", "--json", "-t", "1", folder_.Path("")}).output,
            RunEdgevlm({"eval", "--json", "-t", "3", folder_.Path("")}).output);
}

TEST_F(EvalTest, StopsAtTheLimit) {
  const json report =
      json::parse(RunEdgevlm({"eval", "--json", "--limit", "1", folder_.Path("")}).output);
  EXPECT_EQ(report["pictures"], 1);
}

TEST_F(EvalTest, NamesTheImageThatCannotBeRead) {
  folder_.Write("b.png", "not an image");
  const Outcome outcome = RunEdgevlm({"eval", folder_.Path("")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, StartsWith("edgevlm: "));
  EXPECT_THAT(outcome.errors, HasSubstr("b.png"));
}

// A few windows of a text with the golden model in Q4_K_M, whose activations are rounded.
class EvalTextTest : public ::testing::Test {
 protected:
  static Outcome Eval(std::vector<std::string> options) {
    const std::vector<std::string> usual = {"eval",
                                            "--against",
                                            "f32",
                                            "-m",
                                            DataPath("tiny-llama-Q4_K_M.gguf"),
                                            "--windows",
                                            "2",
                                            "--window-tokens",
                                            "64",
                                            SourcePath("README.md")};
    options.insert(options.begin(), usual.begin(), usual.end());
    return RunEdgevlm(options);
  }
  static json Report(std::vector<std::string> options) {
    options.emplace_back("--json");
    const Outcome outcome = Eval(std::move(options));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.errors, "");
    json report = json::parse(outcome.output, nullptr, false);
    return report.is_object() ? report : json::object();
  }
};

TEST_F(EvalTextTest, MeasuresTheDefaultPrecision) {
  const json report = Report({});
  EXPECT_EQ(report.value("windows", 0), 2);
  EXPECT_EQ(report.value("tokens", 0), 62);
  EXPECT_GT(report.value("mean_kl", 0.0), 0);
  EXPECT_LT(report.value("mean_kl", 1.0), 0.01);
  EXPECT_GE(report.value("p99_kl", 0.0), report.value("mean_kl", 1.0));
  EXPECT_GT(report.value("same_token", 0.0), 0.8);
  EXPECT_NEAR(report.value("perplexity", 0.0) / report.value("reference_perplexity", 1.0), 1, 0.05);
  EXPECT_THAT(Eval({}).output, HasSubstr("KL divergence, mean"));
}

TEST_F(EvalTextTest, Float32IsTheReference) {
  for (const char* form : {"--single-tokens", "-t1"}) {
    const json report = Report({"--precision", "f32", form});
    EXPECT_EQ(report.value("mean_kl", 1.0), 0);
    EXPECT_EQ(report.value("same_token", 0.0), 1);
  }
}

TEST_F(EvalTextTest, MeasuresCaches) {
  const json report = Report({"--precision", "f32", "--cache", "q4", "--single-tokens"});
  EXPECT_GT(report.value("mean_kl", 0.0), 0);
  EXPECT_EQ(report.value("cache", ""), "q4");
}

TEST_F(EvalTextTest, ReadsStandardInput) {
  const std::string model = DataPath("tiny-llama-Q4_K_M.gguf");
  const std::vector<std::string> words = {"eval", "--against", "f32", "-m", model, "--json", "-"};
  const Outcome outcome = RunEdgevlm(words, ReadWholeFile(SourcePath("README.md")));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(json::parse(outcome.output)["tokens"], 4 * 255);
}

TEST_F(EvalTextTest, RejectsWithOneLine) {
  const auto error_of = [](const std::vector<std::string>& words, std::string_view input) {
    const Outcome outcome = RunEdgevlm(words, input);
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    return outcome.errors;
  };
  const std::string model = DataPath("tiny-llama-Q4_K_M.gguf");
  EXPECT_THAT(error_of({"eval", "--against", "f32", "-m", model, "-"}, "too short"),
              HasSubstr("expected at least a window of 512 tokens"));
  EXPECT_THAT(error_of({"eval", "--against", model, "--window-tokens", "64", "-"},
                       ReadWholeFile(SourcePath("README.md"))),
              HasSubstr("vocabulary: expected the reference's 512 tokens"));
  EXPECT_THAT(error_of({"eval", "--windows", "2", "-"}, ""), HasSubstr("requires --against"));
  EXPECT_THAT(error_of({"eval", "--against", "f32", "--limit", "2", "-"}, ""),
              HasSubstr("--against"));
}

}  // namespace
}  // namespace edgevlm
