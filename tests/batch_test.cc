// edgevlm batch and edgevlm search, with the real binary: interruptions above all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "program.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<json> Lines(const std::string& path) {
  std::vector<json> lines;
  std::istringstream text(ReadWholeFile(path));
  for (std::string line; std::getline(text, line);) {
    lines.push_back(json::parse(line, nullptr, false));
  }
  return lines;
}

class BatchCommandTest : public ::testing::Test {
 protected:
  BatchCommandTest() {
    fs::create_directory(Images());
    for (const char* name : {"display.png", "ducks.png", "monkey.png"}) {
      fs::copy_file(ExampleImage(name), Images() + "/" + name);
    }
  }

  std::string Images() const { return folder_.Path("images"); }
  std::string Results() const { return folder_.Path("results.jsonl"); }

  Outcome Batch(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"batch", Images(), "--out", Results()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunEdgevlm(arguments);
  }

  // Starts the command and kills it after a while. Whether it came to its end before.
  bool Kill(std::vector<std::string> arguments, std::chrono::duration<double> after) const {
    arguments.insert(arguments.begin(), BinaryPath());
    std::vector<char*> raw;
    for (std::string& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", 1, 0);  // O_WRONLY
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", 1, 0);
    pid_t process = 0;
    EXPECT_EQ(posix_spawn(&process, raw[0], &quiet, nullptr, raw.data(), environ), 0);
    posix_spawn_file_actions_destroy(&quiet);
    std::this_thread::sleep_for(after);
    kill(process, SIGKILL);
    int status = 0;
    waitpid(process, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  const TestFolder folder_;
};

TEST_F(BatchCommandTest, CaptionsAFolder) {
  const Outcome outcome = Batch();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(outcome.output, "3 images: 3 done\n");
  const auto lines = Lines(Results());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1]["image"], Images() + "/ducks.png");
  EXPECT_EQ(lines[1]["caption"], "a helicopter, three ducks and a frog");
  EXPECT_EQ(Batch().output, "3 images: 3 done, 3 of them earlier\n");
  EXPECT_EQ(Lines(Results()), lines);
}

TEST_F(BatchCommandTest, AnswersQuestionsAsAskDoes) {
  const std::string question = "how many ducks are there?";
  const Outcome outcome = Batch({"-q", question, "-q", "where is the frog?", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(json::parse(outcome.output)["done"], 3);
  for (const json& line : Lines(Results())) {
    ASSERT_EQ(line["answers"].size(), 2u);
    const std::string image = line["image"];
    EXPECT_EQ(line["answers"][0]["answer"].get<std::string>() + "\n",
              RunEdgevlm({"ask", image, question}).output);
  }
}

// 100 times at any moment: while loading, while writing, after the last result. Results are the
// same bytes as without an interruption, so each is there once.
TEST_F(BatchCommandTest, KilledAHundredTimesNoResultIsLostOrThereTwice) {
  const int kills_wanted = IsSanitized() ? 10 : 100, copies = IsSanitized() ? 10 : 45;
  for (int i = 0; i < copies; ++i) {
    fs::create_hard_link(Images() + "/ducks.png", Images() + "/" + std::to_string(i) + ".png");
  }
  const std::string database = folder_.Path("captions.db");
  const std::vector<std::string> more = {"--sqlite", database, "-t", "1"};
  std::vector<std::string> arguments = {"batch", Images(), "--out", Results()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(Batch({"-t", "1"}).exit_code, 0);
  const std::chrono::duration<double> whole_run = std::chrono::steady_clock::now() - start;
  const std::string whole = ReadWholeFile(Results());
  std::mt19937 random(1);
  std::uniform_real_distribution<double> until(0, whole_run.count());
  int kills_inside = 0;  // with some results, but not all
  for (int kills = 0; kills < kills_wanted;) {
    fs::remove(Results());
    fs::remove(Results() + ".journal");
    bool is_done = false;
    while (!is_done && kills < kills_wanted) {
      is_done = Kill(arguments, std::chrono::duration<double>(until(random)));
      kills += is_done ? 0 : 1;
      const auto size = fs::exists(Results()) ? fs::file_size(Results()) : 0;
      kills_inside += 0 < size && size < whole.size() ? 1 : 0;
    }
  }
  EXPECT_GT(kills_inside, 0);
  EXPECT_EQ(Batch(more).exit_code, 0);
  EXPECT_EQ(ReadWholeFile(Results()), whole);
  const Outcome found = RunEdgevlm({"search", "ducks", "--sqlite", database, "--limit", "1000"});
  EXPECT_EQ(std::ranges::count(found.output, '\n'), copies + 1);
}

TEST_F(BatchCommandTest, FindsCaptionsByWords) {
  const std::string database = folder_.Path("captions.db");
  ASSERT_EQ(Batch({"--sqlite", database}).exit_code, 0);
  const Outcome found = RunEdgevlm({"search", "duck frog", "--sqlite", database});
  EXPECT_EQ(found.exit_code, 0) << found.errors;
  EXPECT_EQ(found.output, Images() + "/ducks.png\ta helicopter, three ducks and a frog\n");
  EXPECT_EQ(RunEdgevlm({"search", "submarine", "--sqlite", database}).exit_code, 1);
}

TEST_F(BatchCommandTest, RenamesImages) {
  const Outcome outcome = Batch({"--rename", "{number} {caption}"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  const std::string renamed = Images() + "/000002 a-helicopter-three-ducks-and-a-frog.png";
  EXPECT_EQ(ReadWholeFile(renamed), ReadWholeFile(ExampleImage("ducks.png")));
  EXPECT_EQ(Lines(Results())[1]["renamed"], renamed);
  EXPECT_EQ(Batch({"--rename", "{number} {caption}"}).output,
            "3 images: 3 done, 3 of them earlier\n");
}

TEST_F(BatchCommandTest, RepliesFitASchema) {
  const std::string schema =
      folder_.Write("schema.json", R"({"type": "object", "properties": {"n": {"type": "integer"}},
                         "required": ["n"], "additionalProperties": false})");
  const Outcome outcome = Batch({"-q", "how many ducks are there?", "--schema", schema});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  for (const json& line : Lines(Results())) {
    const std::string answer = line["answers"][0]["answer"];
    EXPECT_TRUE(json::parse(answer, nullptr, false)["n"].is_number_integer()) << answer;
  }
}

TEST_F(BatchCommandTest, BrokenAndMissingImagesDoNotStopTheOthers) {
  std::ofstream(Images() + "/broken.png") << "no image";
  std::ofstream(Images() + "/giant.png") << GiantPng();
  const std::string list =
      Images() + "/ducks.png\n" + Images() + "/gone.png\n" + Images() + "/ducks.png\n";
  const Outcome outcome = RunEdgevlm({"batch", Images(), "-", "--out", Results()}, list);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "6 images: 3 done, 3 failed (" + Results() + ".failed)\n");
  EXPECT_EQ(outcome.ErrorLines(), 4) << outcome.errors;
  EXPECT_THAT(outcome.errors,
              AllOf(HasSubstr("2 images listed again: left out"), HasSubstr("/broken.png: "),
                    HasSubstr("/giant.png: "), HasSubstr("/gone.png: cannot be read: No such")));
  EXPECT_EQ(Lines(Results() + ".failed")[0]["image"], Images() + "/broken.png");
}

TEST_F(BatchCommandTest, OtherQuestionsNeedAnotherFile) {
  ASSERT_EQ(Batch().exit_code, 0);
  const Outcome outcome = Batch({"-q", "where?"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("questions: begun with [], now [\"where?\"]"));
}

TEST_F(BatchCommandTest, WrongInputIsOneLine) {
  const std::vector<std::vector<std::string>> wrong = {
      {"batch", folder_.Path("none"), "--out", Results()},
      {"batch", Images(), "--out", folder_.Path("none/results.jsonl")},
      {"batch", Images(), "--out", ModelPath()},
      {"batch", Images(), "--out", Results(), "-q", ""},
      {"batch", Images(), "--out", Results(), "--rename", "{title}"},
      {"batch", Images(), "--out", Results(), "--schema", folder_.Write("s.json", "{")},
      {"batch", Images(), "--out", Results(), "--sqlite", folder_.Write("x.db", "no database")},
      {"search", "cat", "--sqlite", folder_.Path("none.db")},
      {"search", "*", "--sqlite", folder_.Path("none.db")}};
  for (const auto& arguments : wrong) {
    const Outcome outcome = RunEdgevlm(arguments);
    EXPECT_EQ(outcome.exit_code, 1) << arguments.back();
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_THAT(outcome.output, IsEmpty());
  }
}

TEST_F(BatchCommandTest, StoppedPolitelyItSaysHowToGoOn) {
  for (int i = 0; i < 1000; ++i) {
    fs::create_hard_link(Images() + "/ducks.png", Images() + "/" + std::to_string(i) + ".png");
  }
  const std::string command =
      "(\"$0\" batch \"$1\" --out \"$2\" -t 1 >\"$3.out\" 2>\"$3\" & p=$!; "
      "while [ ! -s \"$2\" ]; do sleep 0.02; done; kill -TERM $p; wait $p)";
  const std::string errors = folder_.Path("errors");
  std::string script = "exec sh -c '" + command + "' " + BinaryPath() + " " + Images() + " " +
                       Results() + " " + errors;
  EXPECT_NE(std::system(script.c_str()), 0);
  EXPECT_THAT(ReadWholeFile(errors), HasSubstr("batch: stopped; the same command goes on"));
  const auto lines = Lines(Results());
  EXPECT_GT(lines.size(), 0u);
  EXPECT_LT(lines.size(), 1003u);
  for (const json& line : lines) EXPECT_TRUE(line.is_object());
}

}  // namespace
}  // namespace edgevlm
