#include "config/yaml_file.h"

#include <gmock/gmock.h>

#include "base/check.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kValid =
    "# a comment\n"
    "server:\n"
    "  port: 8080  # the port\n"
    "  hosts: [a.example, \"b\"]\n"
    "  keys_file:\n"
    "engine:\n"
    "  pin: true\n"
    "  list:\n"
    "    - 1\n"
    "    - 2\n";

std::vector<Setting> Parsed(std::string_view text) {
  auto settings = ParseConfig(text, "c.yaml");
  EXPECT_TRUE(settings) << (settings ? "" : settings.error().message);
  return settings ? *std::move(settings) : std::vector<Setting>();
}

std::string ErrorOf(std::string_view text) {
  const auto settings = ParseConfig(text, "c.yaml");
  return settings ? "" : settings.error().message;
}

TEST(YamlFile, ReadsSectionsOfKeys) {
  const std::vector<Setting> settings = Parsed(kValid);
  ASSERT_EQ(settings.size(), 4u);
  EXPECT_EQ(settings[0].key, "server.port");
  EXPECT_THAT(settings[0].values, ElementsAre("8080"));
  EXPECT_EQ(settings[0].where, "c.yaml:3");
  EXPECT_THAT(settings[1].values, ElementsAre("a.example", "b"));
  EXPECT_EQ(settings[2].key, "engine.pin");
  EXPECT_THAT(settings[3].values, ElementsAre("1", "2"));
}

TEST(YamlFile, EmptyFilesSetNothing) {
  EXPECT_THAT(Parsed(""), IsEmpty());
  EXPECT_THAT(Parsed("# only this\n"), IsEmpty());
  EXPECT_THAT(Parsed("server:\nengine:\n"), IsEmpty());
}

TEST(YamlFile, ErrorsNameTheLine) {
  EXPECT_THAT(ErrorOf("server:\n\tport: 1\n"), HasSubstr("c.yaml:2: not YAML"));
  EXPECT_THAT(ErrorOf("server:\n  port: 1\n  port: 2\n"),
              HasSubstr("c.yaml:3: server.port: expected once"));
  EXPECT_THAT(ErrorOf("server:\n  port:\n    deep: 2\n"), HasSubstr("c.yaml:3: "));
  EXPECT_THAT(ErrorOf("server: 5\n"), HasSubstr("c.yaml:1: server: expected keys"));
  EXPECT_THAT(ErrorOf("- 1\n"), HasSubstr("c.yaml:1: "));
  EXPECT_THAT(ErrorOf("5\n"), HasSubstr("c.yaml:1: expected sections"));
  EXPECT_THAT(ErrorOf("a:\n  b: [[1]]\n"), HasSubstr("c.yaml:2: "));
  EXPECT_THAT(ErrorOf("a:\n  b: 1\n---\na:\n  b: 2\n"), HasSubstr("one document"));
}

TEST(YamlFile, RejectsAnchorsAndTags) {
  EXPECT_THAT(ErrorOf("a:\n  b: &x 1\n  c: *x\n"), HasSubstr("anchor"));
  EXPECT_THAT(ErrorOf("a: &x\n  b: 1\nc: *x\n"), HasSubstr("anchor"));
  EXPECT_THAT(ErrorOf("a:\n  b: !!binary aaaa\n"), HasSubstr("tags"));
  EXPECT_NE(ErrorOf("a:\n  b: " + std::string(60'000, '[')), "");
  EXPECT_NE(ErrorOf(std::string(60'000, '{')), "");
  EXPECT_THAT(ErrorOf(std::string(kMaxConfigBytes + 1, ' ')), HasSubstr("at most"));
}

TEST(YamlFile, CutAnywhereIsReadOrRefused) {
  for (std::size_t size = 0; size < kValid.size(); ++size) {
    const auto settings = ParseConfig(kValid.substr(0, size), "c.yaml");
    const std::string message = settings ? "c.yaml:" : settings.error().message;
    EXPECT_THAT(message, HasSubstr("c.yaml:")) << size;
  }
}

TEST(YamlFile, MissingFileIsAnError) {
  const auto settings = ReadConfigFile("/nowhere/config.yaml");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace edgevlm
