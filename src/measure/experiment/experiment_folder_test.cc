#include "measure/experiment/experiment_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/testing/tiny_engine.h"
#include "image/write.h"
#include "measure/experiment/samples_file.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::string_view kShares = R"(experiment:
  title: Shares
  workload: ask
  repetitions: 2
vary:
  max_tokens: [1, 4]
finding:
  judge: range
  metric: decode_share
)";

class ExperimentFolderTest : public ::testing::Test {
 protected:
  ExperimentFolderTest() {
    folder_ = ::testing::TempDir() + "experiment_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    EXPECT_FALSE(WritePng(folder_ + "/a.png", Image(12, 8)));
    manifest_.folder = folder_;
    for (const char* id : {"a", "b"}) {
      ManifestRow row;
      row.id = id;
      row.path = "a.png";
      row.question = "what";
      manifest_.rows.push_back(row);
    }
  }
  ~ExperimentFolderTest() override { fs::remove_all(folder_); }

  FolderRun Run(std::string_view text = kShares) {
    Result<Spec> spec = ParseSpec(text, "test");
    EXPECT_TRUE(spec) << spec.error().message;
    return {.spec = *std::move(spec),
            .folder = folder_ + "/out",
            .manifest = &manifest_,
            .load = [this](const ModelChoice& choice) -> Result<Engine> {
              ++loads_;
              return Engine::Load(TinyWithTokenizer().ToBytes(), choice.options);
            },
            .base = {.threads = 1}};
  }

  std::string Text(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ + "/out/" + name).rdbuf();
    return text.str();
  }

  std::string folder_;
  Manifest manifest_;
  int loads_ = 0;
};

TEST_F(ExperimentFolderTest, LeavesSamplesResultsAndAReport) {
  const Result<ExperimentResults> results = RunInFolder(Run());
  ASSERT_TRUE(results) << results.error().message;
  EXPECT_EQ(results->samples, 2 * 2 * 2);
  EXPECT_EQ(results->planned, 8);
  EXPECT_EQ(loads_, 1);
  for (const ConditionSummary& condition : results->summary.conditions()) {
    EXPECT_EQ(condition.samples, 4);
    EXPECT_EQ(condition.failures, 0) << condition.error;
    ASSERT_NE(condition.Find("total_ms"), nullptr);
    EXPECT_GT(condition.Find("total_ms")->values.Median().value, 0);
  }
  EXPECT_THAT(Text("results.json"), HasSubstr("\"format\": \"edgevlm experiment\""));
  EXPECT_THAT(Text("results.csv"), HasSubstr("max_tokens,metric,samples,estimate,low,high\n"));
  EXPECT_THAT(Text("report.html"), HasSubstr("<svg"));
  EXPECT_THAT(Text("predictions.csv"),
              HasSubstr("index,condition,question,answer,prediction,image_path\na,max_tokens="));
}

TEST_F(ExperimentFolderTest, ChoicesArePartOfTheQuestion) {
  manifest_.rows[0].choices = {"red", "blue"};
  const Result<Item> item = ReadItem(manifest_, manifest_.rows[0], {});
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_EQ(item->question, "what\nA. red\nB. blue\nAnswer with the letter only.");
}

TEST_F(ExperimentFolderTest, RepliesAreScoredOnceAndPerCondition) {
  manifest_.rows[0].answers = {"no such reply"};
  manifest_.rows[1].answers = {};  // cannot be scored
  FolderRun run = Run();
  run.spec.scores = {"exact"};
  const Result<ExperimentResults> results = RunInFolder(run);
  ASSERT_TRUE(results) << results.error().message;
  for (const ConditionSummary& condition : results->summary.conditions()) {
    ASSERT_EQ(condition.scores.size(), 1u);
    EXPECT_EQ(condition.scores[0].rows, 1);
    EXPECT_EQ(condition.scores[0].scores[0].value, 0);
    EXPECT_EQ(condition.unscored, 1);
    EXPECT_EQ(condition.Find("reply_score")->values.count(), 1);
  }
}

TEST_F(ExperimentFolderTest, AStoppedRunGoesOnWithoutLosingOrRepeatingASample) {
  FolderRun run = Run();
  for (std::int64_t stop = 1; stop < 8; ++stop) {
    run.is_stopped = [stop](std::int64_t done, std::int64_t) { return done == stop; };
    const Result<ExperimentResults> results = RunInFolder(run);
    ASSERT_TRUE(results) << results.error().message;
    EXPECT_EQ(results->samples, stop);
    run.resume = true;
  }
  run.is_stopped = {};
  const Result<ExperimentResults> results = RunInFolder(run);
  ASSERT_TRUE(results) << results.error().message;
  EXPECT_EQ(results->samples, 8);
  std::int64_t next = 0;
  EXPECT_FALSE(ReadSamples(folder_ + "/out/samples.jsonl", [&](ExperimentSample&& sample) {
    EXPECT_EQ(sample.index, next++);
    return MaybeError();
  }));
  EXPECT_EQ(next, 8);
}

TEST_F(ExperimentFolderTest, SamplesOfAnotherRunAreNeitherLostNorMixed) {
  ASSERT_TRUE(RunInFolder(Run()));
  const std::string before = Text("samples.jsonl");
  const Result<ExperimentResults> again = RunInFolder(Run());
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("--resume"));
  FolderRun other = Run();
  other.resume = true;
  other.seed = 9;
  const Result<ExperimentResults> mixed = RunInFolder(other);
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.error().message, HasSubstr("another seed"));
  EXPECT_EQ(Text("samples.jsonl"), before);
}

TEST_F(ExperimentFolderTest, ItemsThatFailAreRecordedWithTheirError) {
  manifest_.rows[1].path = "missing.png";
  const Result<ExperimentResults> results = RunInFolder(Run());
  ASSERT_TRUE(results) << results.error().message;
  for (const ConditionSummary& condition : results->summary.conditions()) {
    EXPECT_EQ(condition.samples, 2);
    EXPECT_EQ(condition.failures, 2);
    EXPECT_THAT(condition.error, HasSubstr("missing.png"));
  }
}

TEST_F(ExperimentFolderTest, AModelThatCannotBeLoadedFailsItsConditionsOnly) {
  std::string text(kShares);
  text.replace(text.find("max_tokens: [1, 4]"), 18, "cache: [f16, \"window:1\"]");
  const Result<ExperimentResults> results = RunInFolder(Run(text));
  ASSERT_TRUE(results) << results.error().message;
  EXPECT_EQ(results->summary.conditions()[0].failures, 0);
  EXPECT_EQ(results->summary.conditions()[1].failures, 4);
}

TEST_F(ExperimentFolderTest, FidelityOfTheExactModelIsExact) {
  std::string text(kShares);
  text.replace(text.find("workload: ask"), 13, "workload: fidelity");
  text.replace(text.find("max_tokens: [1, 4]"), 18, "cache: [f16, \"h2o:0.5\"]");
  text.replace(text.find("decode_share"), 12, "divergence_nats");
  const Result<ExperimentResults> results = RunInFolder(Run(text));
  ASSERT_TRUE(results) << results.error().message;
  const auto& conditions = results->summary.conditions();
  ASSERT_EQ(conditions[0].failures, 0) << conditions[0].error;
  EXPECT_EQ(conditions[0].Find("divergence_nats")->values.Median().high, 0);
  EXPECT_EQ(conditions[0].Find("same_token_share")->values.Median().low, 1);
  EXPECT_GT(conditions[1].Find("divergence_nats")->values.Median().high, 0);
}

TEST_F(ExperimentFolderTest, WhatCannotBeWrittenIsNamed) {
  FolderRun run = Run();
  run.folder = folder_ + "/a.png/out";
  const Result<ExperimentResults> results = RunInFolder(run);
  ASSERT_FALSE(results);
  EXPECT_THAT(results.error().message, HasSubstr("a.png/out: cannot be made"));
}

}  // namespace
}  // namespace edgevlm
