#include "cli/settings.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "cli/command.h"
#include "config/environment.h"
#include "config/yaml_file.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

// A command with an option of each kind.
struct Sample {
  int port = 1;
  bool pin = false;
  std::vector<std::string> host_names;
  CLI::App app;

  Sample() {
    CLI::App* command = app.add_subcommand("sample");
    command->add_option("--port", port, "")->check(CLI::Range(0, 100));
    command->add_flag("--pin", pin, "");
    command->add_option("--host-names", host_names, "")->delimiter(',');
    DeclareConfig(*command);
  }

  // The error, or "".
  std::string Parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "sample");
    std::reverse(arguments.begin(), arguments.end());
    try {
      app.parse(arguments);
    } catch (const CLI::ParseError& error) {
      return error.what();
    }
    return "";
  }
};

std::string WriteConfig(const std::string& text) {
  const std::string path = ::testing::TempDir() + "/settings_test.yaml";
  std::ofstream(path) << text;
  return path;
}

TEST(Settings, TakesTheFile) {
  Sample sample;
  const std::string file =
      WriteConfig("server:\n  port: 7\n  host_names: [a, b]\nengine:\n  pin: true\n");
  EXPECT_EQ(sample.Parse({"--config", file}), "");
  EXPECT_EQ(sample.port, 7);
  EXPECT_TRUE(sample.pin);
  EXPECT_THAT(sample.host_names, ::testing::ElementsAre("a", "b"));
}

TEST(Settings, EnvironmentGoesBeforeTheFileAndTheCommandLineBeforeBoth) {
  const std::string file = WriteConfig("server:\n  port: 7\n");
  setenv("EDGEVLM_SERVER_PORT", "8", 1);
  Sample by_environment;
  EXPECT_EQ(by_environment.Parse({"--config", file}), "");
  EXPECT_EQ(by_environment.port, 8);
  Sample by_command_line;
  EXPECT_EQ(by_command_line.Parse({"--config", file, "--port", "9"}), "");
  EXPECT_EQ(by_command_line.port, 9);
  unsetenv("EDGEVLM_SERVER_PORT");
}

TEST(Settings, RefusesWhatIsWrongWithItsLine) {
  const auto error_of = [](const std::string& text) {
    Sample sample;
    return sample.Parse({"--config", WriteConfig(text)});
  };
  EXPECT_THAT(error_of("server:\n  prt: 7\n"),
              HasSubstr("settings_test.yaml:2: server.prt: there is no such key"));
  EXPECT_THAT(error_of("server:\n  port: x\n"), HasSubstr("settings_test.yaml:2: server.port: "));
  EXPECT_THAT(error_of("server:\n  port: 101\n"), HasSubstr("settings_test.yaml:2: server.port: "));
  EXPECT_THAT(error_of("server:\n  port: 1.5\n"), HasSubstr("settings_test.yaml:2: server.port: "));
  EXPECT_THAT(error_of("server:\n  port: [1, 2]\n"), HasSubstr("expected one value, found a list"));
  EXPECT_THAT(error_of("engine:\n  pin: 4\n"), HasSubstr("expected true or false, found 4"));
}

TEST(Settings, OtherCommandsKeysArePassedOver) {
  Sample sample;
  EXPECT_EQ(sample.Parse({"--config", WriteConfig("queue:\n  running: 3\n")}), "");
}

TEST(Settings, ConfigYamlNamesEveryKeyAndNoOther) {
  const char* source = std::getenv("EDGEVLM_SOURCE");
  ASSERT_NE(source, nullptr);
  std::ifstream file(std::string(source) + "/config.yaml");
  std::string section;
  std::set<std::string> keys;
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.empty() || line.front() == '#' || colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(' ');
    if (line[begin] == '#' || line.find('#') < colon) continue;
    const std::string name = line.substr(begin, colon - begin);
    if (begin == 0) section = name;
    if (begin > 0) keys.insert(section + "." + name);
  }
  std::set<std::string> expected;
  for (const SettingName& setting : SettingNames()) expected.emplace(setting.key);
  EXPECT_EQ(keys, expected);
}

// Without uncommented lines, nothing changes.
TEST(Settings, ConfigYamlHoldsTheDefaults) {
  const char* source = std::getenv("EDGEVLM_SOURCE");
  ASSERT_NE(source, nullptr);
  const auto settings = ReadConfigFile(std::string(source) + "/config.yaml");
  ASSERT_TRUE(settings) << settings.error().message;
  CLI::App app;
  CLI::App* serve = app.add_subcommand("serve");
  const auto command = MakeServeCommand();
  command->Declare(*serve);
  for (const Setting& setting : *settings) {
    for (const SettingName& name : SettingNames()) {
      if (name.key != setting.key || setting.values.empty()) continue;
      CLI::Option* option = serve->get_option_no_throw(name.option);
      if (option == nullptr) continue;
      option->capture_default_str();
      const std::string found = option->get_default_str();
      if (found.empty() || setting.key == "reply.max_tokens") continue;  // flags; stated there
      EXPECT_EQ(found, setting.values.front()) << setting.key;
    }
  }
}

}  // namespace
}  // namespace edgevlm
