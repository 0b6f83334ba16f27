// edgevlm eval on a dataset of two images.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

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

}  // namespace
}  // namespace edgevlm
