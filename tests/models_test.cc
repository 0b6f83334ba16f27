// edgevlm models, without a network.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Two models on a local port without a server.
constexpr const char* kCatalog = R"({"models": [
  {"name": "tiny", "title": "Tiny", "family": "gpt2", "license": "MIT",
   "license_url": "https://example.org/mit", "must_accept": false, "memory_mb": 7, "note": "none",
   "files": [{"role": "model", "name": "tiny.gguf", "url": "http://127.0.0.1:1/tiny.gguf",
              "bytes": null, "sha256": null}]},
  {"name": "strict", "title": "Strict", "family": "gpt2", "license": "Own-1.0",
   "license_url": "https://example.org/own", "must_accept": true, "memory_mb": 7, "note": "none",
   "files": [{"role": "model", "name": "strict.gguf", "url": "http://127.0.0.1:1/strict.gguf",
              "bytes": 100, "sha256": null}]}]})";

std::string VariableOrNothing(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

class ModelsTest : public ::testing::Test {
 protected:
  ModelsTest() {
    setenv("EDGEVLM_CATALOG", folder_.Write("catalog.json", kCatalog).c_str(), 1);
    setenv("EDGEVLM_MODELS", models_.c_str(), 1);
  }
  ~ModelsTest() override {
    unsetenv("EDGEVLM_CATALOG");
    unsetenv("EDGEVLM_MODELS");
  }

  // The built-in model stands in for one that was downloaded manually.
  void Install() const {
    std::filesystem::create_directories(models_ + "/tiny");
    std::filesystem::copy_file(ModelPath(), models_ + "/tiny/tiny.gguf");
  }

  const TestFolder folder_;
  const std::string models_ = folder_.Path("models");
};

void ExpectFailure(const Outcome& outcome, int exit_code, const std::string& text) {
  EXPECT_EQ(outcome.exit_code, exit_code);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, StartsWith("edgevlm: "));
  EXPECT_THAT(outcome.errors, HasSubstr(text));
}

TEST_F(ModelsTest, ListsAndShows) {
  const Outcome list = RunEdgevlm({"models", "list"});
  EXPECT_EQ(list.exit_code, 0) << list.errors;
  EXPECT_THAT(list.output, HasSubstr("tiny"));
  EXPECT_THAT(list.output, HasSubstr("Own-1.0"));
  const json before = json::parse(RunEdgevlm({"models", "list", "--json"}).output);
  EXPECT_EQ(before["folder"], models_);
  EXPECT_EQ(before["models"][0]["installed"], false);
  Install();
  const json shown = json::parse(RunEdgevlm({"models", "show", "tiny", "--json"}).output);
  EXPECT_EQ(shown["installed"], true);
  EXPECT_EQ(shown["files"][0]["path"], models_ + "/tiny/tiny.gguf");
  EXPECT_THAT(RunEdgevlm({"models", "show", "tiny"}).output, HasSubstr("not known"));
}

// Services run without HOME.
TEST_F(ModelsTest, OnlyCommandsThatUseTheFolderRequireIt) {
  const std::map<std::string, std::string> kept = {
      {"HOME", VariableOrNothing("HOME")}, {"XDG_DATA_HOME", VariableOrNothing("XDG_DATA_HOME")}};
  for (const auto& [name, value] : kept) unsetenv(name.c_str());
  unsetenv("EDGEVLM_MODELS");
  const Outcome list = RunEdgevlm({"models", "list"});
  EXPECT_EQ(list.exit_code, 0) << list.errors;
  EXPECT_THAT(list.output, HasSubstr("tiny"));
  const json shown = json::parse(RunEdgevlm({"models", "show", "tiny", "--json"}).output);
  EXPECT_EQ(shown["installed"], false);
  EXPECT_TRUE(shown["files"][0]["path"].is_null());
  EXPECT_THAT(RunEdgevlm({"models", "show", "tiny"}).output,
              HasSubstr("to       not known: models: expected EDGEVLM_MODELS"));
  for (const char* command : {"pull", "verify", "rm"}) {
    ExpectFailure(RunEdgevlm({"models", command, "tiny"}), 1, "expected EDGEVLM_MODELS");
  }
  ExpectFailure(RunEdgevlm({"info", "-m", "tiny"}), 1, "expected EDGEVLM_MODELS");
  EXPECT_EQ(RunEdgevlm({"models", "show", "tiny", "--dir", models_}).exit_code, 0);
  for (const auto& [name, value] : kept) setenv(name.c_str(), value.c_str(), 1);
}

TEST_F(ModelsTest, ANameMayHaveDots) {
  const std::string dotted = std::regex_replace(kCatalog, std::regex("\"tiny\""), "\"tiny-1.0\"");
  setenv("EDGEVLM_CATALOG", folder_.Write("dotted.json", dotted).c_str(), 1);
  ExpectFailure(RunEdgevlm({"info", "-m", "tiny-1.0"}), 1, "edgevlm models pull tiny-1.0");
  std::filesystem::create_directories(models_ + "/tiny-1.0");
  std::filesystem::copy_file(ModelPath(), models_ + "/tiny-1.0/tiny.gguf");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"info", "-m", "tiny-1.0"},
        {"inspect", "tiny-1.0"},
        {"tokenize", "-m", "tiny-1.0"},
        {"dump", "-m", "tiny-1.0", "--tokens", "1", "--logits", folder_.Path("logits")}}) {
    const Outcome outcome = RunEdgevlm(arguments, "dog");
    EXPECT_EQ(outcome.exit_code, 0) << arguments[0] << ": " << outcome.errors;
  }
}

TEST_F(ModelsTest, TheBuiltInCatalogIsThere) {
  unsetenv("EDGEVLM_CATALOG");
  const json list = json::parse(RunEdgevlm({"models", "list", "--json"}).output);
  EXPECT_GE(list["models"].size(), 10u);
}

TEST_F(ModelsTest, PullExplainsTheManualDownload) {
  const Outcome outcome = RunEdgevlm({"models", "pull", "tiny"});
  ExpectFailure(outcome, 1, "curl -L -o");
  EXPECT_THAT(outcome.output, IsEmpty());
  ExpectFailure(RunEdgevlm({"models", "pull", "strict"}), 1, "https://example.org/own");
  ExpectFailure(RunEdgevlm({"models", "pull", "strict", "--accept-license"}), 1, "curl -L -o");
}

TEST_F(ModelsTest, VerifiesAndRemoves) {
  ExpectFailure(RunEdgevlm({"models", "verify", "tiny"}), 1, "no such file");
  Install();
  const Outcome verified = RunEdgevlm({"models", "verify", "tiny", "--json"});
  EXPECT_EQ(verified.exit_code, 0) << verified.errors;
  EXPECT_EQ(json::parse(verified.output)["ok"], true);
  std::filesystem::resize_file(models_ + "/tiny/tiny.gguf", 1000);
  const Outcome cut = RunEdgevlm({"models", "verify", "tiny", "--json"});
  ExpectFailure(cut, 1, "tiny.gguf");
  EXPECT_EQ(json::parse(cut.output)["ok"], false);

  const Outcome kept = RunEdgevlm({"models", "rm", "tiny"}, "n\n");
  EXPECT_EQ(kept.exit_code, 1);
  EXPECT_TRUE(std::filesystem::exists(models_ + "/tiny/tiny.gguf"));
  EXPECT_EQ(RunEdgevlm({"models", "rm", "tiny"}, "y\n").exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(models_ + "/tiny"));
  ExpectFailure(RunEdgevlm({"models", "rm", "tiny", "--yes"}), 1, "nothing to remove");
}

TEST_F(ModelsTest, BadArgumentsAndCatalogsFailWithOneLine) {
  ExpectFailure(RunEdgevlm({"models", "show", "huge"}), 1, "expected one of tiny, strict");
  ExpectFailure(RunEdgevlm({"models"}), 2, "edgevlm models --help");
  ExpectFailure(RunEdgevlm({"models", "pull"}), 2, "NAME");
  setenv("EDGEVLM_CATALOG", folder_.Write("broken.json", "{").c_str(), 1);
  ExpectFailure(RunEdgevlm({"models", "list"}), 1, "broken.json");
}

}  // namespace
}  // namespace edgevlm
