// edgevlm models: what a user sees, without a network.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Two models on a port of this machine where nobody listens.
constexpr const char* kCatalog = R"({"models": [
  {"name": "tiny", "title": "Tiny", "family": "gpt2", "license": "MIT",
   "license_url": "https://example.org/mit", "must_accept": false, "memory_mb": 7, "note": "none",
   "files": [{"role": "model", "name": "tiny.gguf", "url": "http://127.0.0.1:1/tiny.gguf",
              "bytes": null, "sha256": null}]},
  {"name": "strict", "title": "Strict", "family": "gpt2", "license": "Own-1.0",
   "license_url": "https://example.org/own", "must_accept": true, "memory_mb": 7, "note": "none",
   "files": [{"role": "model", "name": "strict.gguf", "url": "http://127.0.0.1:1/strict.gguf",
              "bytes": 100, "sha256": null}]}]})";

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

  // The built-in model stands in for one that was fetched by hand.
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

TEST_F(ModelsTest, TheBuiltInCatalogueIsThere) {
  unsetenv("EDGEVLM_CATALOG");
  const json list = json::parse(RunEdgevlm({"models", "list", "--json"}).output);
  EXPECT_GE(list["models"].size(), 10u);
}

TEST_F(ModelsTest, PullSaysWhatToDoByHand) {
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

TEST_F(ModelsTest, BadWordsAndCataloguesAreOneLine) {
  ExpectFailure(RunEdgevlm({"models", "show", "huge"}), 1, "expected one of tiny, strict");
  ExpectFailure(RunEdgevlm({"models"}), 2, "edgevlm models --help");
  ExpectFailure(RunEdgevlm({"models", "pull"}), 2, "NAME");
  setenv("EDGEVLM_CATALOG", folder_.Write("broken.json", "{").c_str(), 1);
  ExpectFailure(RunEdgevlm({"models", "list"}), 1, "broken.json");
}

}  // namespace
}  // namespace edgevlm
