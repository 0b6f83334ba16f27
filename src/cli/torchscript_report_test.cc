#include "cli/torchscript_report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

Measurement Took(std::int64_t ns) {
  Measurement measurement;
  measurement.samples_ns = {3 * ns, ns, ns};
  return measurement;
}

TorchScriptComparison Compared() {
  return {.engine = {Took(2'000'000), Took(3'000'000), Took(4'000'000), "a duck"},
          .torchscript = {Took(5'000'000), Took(6'000'000), Took(10'000'000), "two ducks"}};
}

TEST(TorchScriptReport, HasMediansAndBothCaptions) {
  const std::string text = TorchScriptMarkdown(Compared());
  EXPECT_THAT(text, HasSubstr("| to its embeddings | 2.00 | 5.00 | 2.50 |"));
  EXPECT_THAT(text, HasSubstr("| one forward pass | 3.00 | 6.00 | 2.00 |"));
  EXPECT_THAT(text, HasSubstr("| a whole caption | 4.00 | 10.00 | 2.50 |"));
  EXPECT_THAT(text, HasSubstr("EdgeVLM:     a duck\nTorchScript: two ducks\n"));
}

TEST(TorchScriptReport, JsonHasBothSides) {
  const auto object = nlohmann::json::parse(TorchScriptJson(Compared()));
  EXPECT_EQ(object["edgevlm"]["caption_ms"], 4.0);
  EXPECT_EQ(object["torchscript"]["image_ms"], 5.0);
  EXPECT_EQ(object["torchscript"]["caption"], "two ducks");
}

}  // namespace
}  // namespace edgevlm
