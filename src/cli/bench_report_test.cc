#include "cli/bench_report.h"

#include <gmock/gmock.h>

#include <array>
#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

BenchRecord TwoSamples() {
  BenchRecord record;
  record.model.name = "tiny \"one\"";
  record.model.file_bytes = 3 << 20;
  record.model.parameters = 1500000;
  record.model.threads = 2;
  record.load_ns = 1'250'000'000;
  record.peak_memory = 640 << 20;
  record.signature = "0123456789abcdef";
  record.measurement = {"tg32", 0, 0, 32, {1000000, 3000000}, {32000, 10666.666}};
  return record;
}

TEST(BenchMarkdown, HasLlamaBenchColumns) {
  const std::array records = {TwoSamples()};
  const std::string table = BenchMarkdown(records);
  EXPECT_THAT(table, HasSubstr("| model  "));
  EXPECT_THAT(table,
              HasSubstr("|   3.00 MiB |     1.50 M | CPU     |       2 |     tg32 | 21333.33 ± "));
  EXPECT_THAT(table, HasSubstr("|       2.00 |\n"));
  EXPECT_THAT(table, EndsWith("|\n\nLoaded in 1.25 s; 640 MiB of memory at most.\n"
                              "Output signature: 0123456789abcdef\n"));
}

TEST(BenchJson, HasLlamaBenchKeys) {
  const std::array records = {TwoSamples(), TwoSamples()};
  const auto array = nlohmann::json::parse(BenchJson(records));
  ASSERT_EQ(array.size(), 2u);
  for (const char* key : {"model_type", "n_threads", "n_prompt", "n_gen", "avg_ns", "stddev_ns",
                          "avg_ts", "stddev_ts", "samples_ns", "samples_ts"}) {
    EXPECT_TRUE(array[0].contains(key)) << key;
  }
  EXPECT_EQ(array[0]["median_ns"], 2000000);
  EXPECT_EQ(array[0]["peak_memory"], 640 << 20);
  EXPECT_EQ(array[0]["signature"], "0123456789abcdef");
  EXPECT_EQ(array[0]["samples_ns"].size(), 2u);
}

TEST(BenchJsonLines, IsOneObjectPerLine) {
  const std::array records = {TwoSamples(), TwoSamples()};
  const std::string lines = BenchJsonLines(records);
  const std::size_t end = lines.find('\n');
  EXPECT_EQ(lines.find('\n', end + 1), lines.size() - 1);
  EXPECT_EQ(nlohmann::json::parse(lines.substr(0, end))["test"], "tg32");
}

TEST(BenchCsv, QuotesTexts) {
  const std::array records = {TwoSamples()};
  const std::string csv = BenchCsv(records);
  EXPECT_THAT(csv, StartsWith("build_version,cpu_info,"));
  EXPECT_THAT(csv, HasSubstr(",\"tiny \"\"one\"\"\",3145728,1500000,2,"));
}

}  // namespace
}  // namespace edgevlm
