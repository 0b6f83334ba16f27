#include "config/environment.h"

#include <gmock/gmock.h>

#include <string_view>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;

const char* Lookup(const char* name) {
  if (std::string_view(name) == "EDGEVLM_SERVER_PORT") return "81";
  if (std::string_view(name) == "EDGEVLM_SERVER_HOSTS") return "a,b";
  if (std::string_view(name) == "EDGEVLM_ENGINE_PIN") return "";
  return nullptr;
}

TEST(Environment, NamesFollowKeys) {
  EXPECT_EQ(EnvironmentName("server.keys_file"), "EDGEVLM_SERVER_KEYS_FILE");
}

TEST(Environment, ReadsWhatIsSet) {
  const std::string_view keys[] = {"engine.pin", "server.hosts", "server.port", "engine.threads"};
  const std::vector<Setting> settings = ReadEnvironment(keys, Lookup);
  ASSERT_EQ(settings.size(), 2u);
  EXPECT_EQ(settings[0].key, "server.hosts");
  EXPECT_THAT(settings[0].values, ElementsAre("a", "b"));
  EXPECT_EQ(settings[1].where, "environment EDGEVLM_SERVER_PORT");
}

}  // namespace
}  // namespace edgevlm
