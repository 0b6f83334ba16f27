#include "cli/compare_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(CompareReport, SaysWhatItsColumnsStandFor) {
  const CompareRow rows[] = {
      {.name = "plain", .prompt_tokens = 320, .followed_tokens = 128, .divergence = 0.0},
      {.name = "some", .prompt_tokens = 320, .followed_tokens = 128, .divergence = 1.5e-6},
      {.name = "drafts", .prompt_tokens = 320, .followed_tokens = 128},
      {.name = "other", .refusal = "not here"}};
  const std::string markdown = CompareMarkdown(rows);
  EXPECT_THAT(markdown, HasSubstr("| 1.5e-06 |"));
  EXPECT_THAT(markdown, HasSubstr("over 128 tokens"));
  EXPECT_THAT(markdown, HasSubstr("prompt of 320 tokens"));
  EXPECT_THAT(markdown, HasSubstr("\nother: not here"));
  EXPECT_THAT(CompareJson({rows + 2, 1}), Not(HasSubstr("divergence")));
}

}  // namespace
}  // namespace edgevlm
