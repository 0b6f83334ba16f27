// Videos on the command line. Most are folders of frames, which need no FFmpeg.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "process.h"
#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

json ParseLine(const std::string& line) { return json::parse(line, nullptr, false); }

std::vector<double> TimesOf(const json& object) {
  std::vector<double> times;
  for (const json& frame : object.at("frames")) times.push_back(frame.at("seconds"));
  return times;
}

// The arguments of a small model with random weights that reads several images.
std::vector<std::string> WithQwen(std::vector<std::string> arguments) {
  for (const std::string& more :
       {std::string("-m"), DataPath("families/qwen3vl-text.gguf"), std::string("--mmproj"),
        DataPath("families/qwen3vl-mmproj.gguf"), std::string("--chat-template"),
        std::string("chatml"), std::string("--max-tokens"), std::string("4")}) {
    arguments.push_back(more);
  }
  return arguments;
}

// A clip of 8 seconds as `datasets make` draws it: 4 frames a second, the first with an event.
class VideoTest : public testing::Test {
 protected:
  VideoTest() {
    const Outcome made = RunEdgevlm({"datasets", "make", "frames", "--out", folder_.Path("set"),
                                     "--count", "1", "--size", "96"});
    EXPECT_EQ(made.exit_code, 0) << made.errors;
    // ID,PATH,TYPE,After how many seconds does the SHAPE appear?,SECONDS,...
    const std::string manifest = ReadWholeFile(folder_.Path("set/manifest.csv"));
    std::smatch found;
    const bool appears =
        std::regex_search(manifest, found, std::regex("does the (\\w+) appear\\?,(\\d+)"));
    EXPECT_TRUE(appears) << manifest;
    if (!appears) return;
    shape_ = found[1];
    appears_seconds_ = std::stoi(found[2]);
  }

  // The clip as a file, or nothing where ffmpeg or edgevlm-video is missing.
  std::string ClipFile(const std::string& name, const std::string& encoder) const {
    const std::filesystem::path decoder =
        std::filesystem::path(BinaryPath()).parent_path() / "edgevlm-video";
    const bool can = std::system("command -v ffmpeg > /dev/null") == 0;
    if (!can || !std::filesystem::exists(decoder)) return {};
    const std::string path = folder_.Path(name);
    const std::string command =
        "ffmpeg -nostdin -loglevel error -framerate 4 -pattern_type glob "
        "-i '" +
        clip_ + "/*.png' " + encoder + " " + path;
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }

  const TestFolder folder_;
  const std::string clip_ = folder_.Path("set/clips/000000");
  std::string shape_;
  int appears_seconds_ = 0;
};

TEST_F(VideoTest, TheBuiltinModelCaptionsFrameByFrame) {
  const Outcome outcome = RunEdgevlm({"caption", clip_, "--frames", "uniform:2"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, MatchesRegex("0:02\\.0  .+\n0:06\\.0  .+\n"));
  const json object =
      ParseLine(RunEdgevlm({"caption", clip_, "--frames", "uniform:2", "--json"}).output);
  EXPECT_EQ(object["video"], clip_);
  EXPECT_EQ(object["video_seconds"], 8);
  EXPECT_EQ(object["selector"], "uniform");
  EXPECT_THAT(TimesOf(object), ElementsAre(2, 6));
  EXPECT_TRUE(object["frames"][0].contains("caption"));
}

TEST_F(VideoTest, ARangeIsLookedAtAlone) {
  const json object = ParseLine(RunEdgevlm({"ask", clip_, "what is there?", "--json", "--frames",
                                            "fps:1", "--from", "2", "--to", "4"})
                                    .output);
  EXPECT_THAT(TimesOf(object), ElementsAre(2, 3, 4));
  EXPECT_TRUE(object["frames"][2].contains("answer"));
}

TEST_F(VideoTest, QueryChoosesForTheQuestion) {
  // The clip's shape appears at some time, and stays.
  const json object = ParseLine(
      RunEdgevlm({"ask", clip_, "is there a " + shape_ + "?", "--json", "--frames", "query:1"})
          .output);
  EXPECT_EQ(object["selector"], "query");
  ASSERT_EQ(object["frames"].size(), 1U);
  EXPECT_GE(object["frames"][0]["seconds"], appears_seconds_);
  EXPECT_EQ(object["frames"][0]["timings"]["encode_ms"], 0) << "not encoded twice";
  EXPECT_EQ(ParseLine(RunEdgevlm({"ask", clip_, "what happens?", "--json", "--frames", "query:2"})
                          .output)["selector"],
            "scene");
  const Outcome caption = RunEdgevlm({"caption", clip_, "--frames", "query:2"});
  EXPECT_EQ(caption.exit_code, 1);
  EXPECT_THAT(caption.errors, HasSubstr("--frames: query: expected a question, found none"));
  // Pairs of frames, of random weights.
  const json pairs = ParseLine(
      RunEdgevlm(WithQwen({"ask", clip_, "is there a ball?", "--json", "--frames", "query:2"}))
          .output);
  EXPECT_EQ(pairs["selector"], "query");
  EXPECT_EQ(pairs["frames"].size(), 2U);
  EXPECT_EQ(pairs["timings"]["encode_ms"], 0);
}

TEST_F(VideoTest, AModelForSeveralImagesSeesAllFrames) {
  const Outcome outcome =
      RunEdgevlm(WithQwen({"ask", clip_, "what happens?", "--json", "--frames", "uniform:4"}));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const json object = ParseLine(outcome.output);
  EXPECT_THAT(TimesOf(object), ElementsAre(1, 3, 5, 7));
  EXPECT_EQ(object["question"], "what happens?");
  EXPECT_GT(object["prompt_tokens"], object["video_tokens"]);
  EXPECT_GT(object["timings"]["encode_ms"], 0);
  EXPECT_TRUE(object.contains("answer"));
}

TEST_F(VideoTest, ABudgetLimitsTheTokens) {
  const json object =
      ParseLine(RunEdgevlm(WithQwen({"caption", clip_, "--json", "--video-tokens", "100"})).output);
  EXPECT_LE(object["video_tokens"], 100);
  EXPECT_TRUE(object.contains("caption"));
}

TEST_F(VideoTest, ChatShowsVideosToo) {
  const Outcome outcome =
      RunEdgevlm(WithQwen({"chat", "--json"}), "/image " + clip_ + "\nwhat happens?\n");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_GT(ParseLine(outcome.output)["prompt_tokens"], 100);
}

TEST_F(VideoTest, FilesAreDecoded) {
  const std::string file = ClipFile("clip.mp4", "-c:v libx264 -qp 1 -pix_fmt yuv444p");
  if (file.empty()) GTEST_SKIP() << "ffmpeg is missing";
  const Outcome of_file = RunEdgevlm({"caption", file, "--frames", "uniform:2"});
  EXPECT_EQ(of_file.exit_code, 0) << of_file.errors;
  EXPECT_EQ(of_file.output, RunEdgevlm({"caption", clip_, "--frames", "uniform:2"}).output);
  // From standard input, and among images.
  EXPECT_EQ(RunEdgevlm({"caption", "-", "--frames", "uniform:2"}, ReadWholeFile(file)).output,
            of_file.output);
  const std::string image = folder_.Write("picture.ppm", PpmImage());
  const Outcome both = RunEdgevlm({"caption", image, file, "--json"});
  std::istringstream lines(both.output);
  std::string first, second;
  std::getline(lines, first);
  std::getline(lines, second);
  EXPECT_EQ(ParseLine(first)["image"], image);
  EXPECT_EQ(ParseLine(second)["video"], file);
}

// All lines as JSON.
std::vector<json> LinesOf(const std::string& output) {
  std::vector<json> lines;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) lines.push_back(ParseLine(line));
  return lines;
}

TEST_F(VideoTest, WatchPrintsALinePerLook) {
  const std::string log = folder_.Path("log");
  const Outcome outcome = RunEdgevlm({"watch", clip_, "--every", "2s", "--exec", "cat >> " + log});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const std::vector<json> lines = LinesOf(outcome.output);
  ASSERT_EQ(lines.size(), 4U);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["seconds"], 2 * i);
    EXPECT_EQ(lines[i]["skipped"], 0);
    EXPECT_TRUE(lines[i].contains("caption"));
    EXPECT_THAT(lines[i]["time"].get<std::string>(), MatchesRegex("20..-..-..T..:..:..Z"));
  }
  EXPECT_EQ(ReadWholeFile(log), outcome.output);
}

// The first clip's event is that something appears or vanishes: two scenes.
TEST_F(VideoTest, WatchLooksWhereTheSceneChanges) {
  const Outcome outcome =
      RunEdgevlm({"watch", clip_, "--on", "scene", "--every", "0.25", "-q", "is there a circle?"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const std::vector<json> lines = LinesOf(outcome.output);
  ASSERT_EQ(lines.size(), 2U) << outcome.output;
  EXPECT_EQ(lines[0]["seconds"], 0);
  EXPECT_GE(lines[1]["seconds"], 1);
  EXPECT_TRUE(lines[1].contains("answer"));
}

// A stream from a pipe, of which the program sees the latest frames.
TEST_F(VideoTest, WatchReadsStreamsFromStandardInput) {
  const std::string file = ClipFile("clip.ts", "-c:v libx264 -pix_fmt yuv420p -f mpegts");
  if (file.empty()) GTEST_SKIP() << "ffmpeg is missing";
  const Outcome outcome = RunEdgevlm({"watch", "-", "--every", "1s"}, ReadWholeFile(file));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const std::vector<json> lines = LinesOf(outcome.output);
  ASSERT_FALSE(lines.empty());
  std::size_t frames = 0;
  for (const json& line : lines) frames += 1 + line["skipped"].get<std::size_t>();
  EXPECT_EQ(frames, 8U) << "those that were skipped are counted";
}

TEST_F(VideoTest, BadVideosAreOneLine) {
  const std::string text = folder_.Write("clip.mp4", std::string(4, '\0') + "ftypisom and no more");
  const std::vector<std::vector<std::string>> bad = {
      {"caption", text},
      {"caption", folder_.Path("set"), "--frames", "scene"},
      {"caption", clip_, "--from", "9"},
      {"caption", clip_, "--from", "3", "--to", "2"},
      {"ask", clip_, ""},
      {"watch", clip_, "--every", "soon"},
      {"watch", clip_, "--on", "rain"},
      {"watch", text},
      {"watch", folder_.Path("none.mp4")},
      {"watch", "/dev/video987"},
      {"watch", clip_, "--tile-tolerance", "-1"},
      {"caption", "/dev/video987"},
      {"ask", "/dev/v4l/by-id/none", "what is there?"},
      {"caption", clip_, "--frames", "best"},
      {"caption", clip_, "--frames", "fps:0"}};
  for (const auto& arguments : bad) {
    const Outcome outcome = RunEdgevlm(arguments);
    EXPECT_NE(outcome.exit_code, 0) << arguments.back();
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_EQ(outcome.output, "") << arguments.back();
  }
  EXPECT_THAT(RunEdgevlm({"caption", text}).errors, HasSubstr(text + ": video: expected"));
  EXPECT_THAT(RunEdgevlm({"caption", clip_, "--from", "9"}).errors,
              HasSubstr("--from: expected a time before the end of the video, 8.00 s"));
}

// With a device of the machine, which a library plays (v4l2_decoder_shim.cc).
class VideoDeviceTest : public VideoTest {
 protected:
  void SetUp() override {
    const auto beside = std::filesystem::path(BinaryPath()).parent_path();
    shim_ = beside / "libv4l2_decoder_shim.so";
    const bool can = std::filesystem::exists(shim_) && !(file_ = Clip()).empty();
    if (!can) GTEST_SKIP() << "ffmpeg, edgevlm-video or the library is missing";
    std::filesystem::copy_file(BinaryPath(), folder_.Path("edgevlm"));
    const std::string script = folder_.Write(
        "edgevlm-video", "#!/bin/sh\nLD_PRELOAD=" + shim_ + " V4L2_SHIM_FAILURE=$(cat " +
                             folder_.Write("failure", "") + ") exec " +
                             (beside / "edgevlm-video").string() + " \"$@\"\n");
    std::filesystem::permissions(script, std::filesystem::perms::all);
  }

  std::string Clip() const {
    return ClipFile("clip.ts", "-c:v libx264 -pix_fmt yuv420p -g 100 -vf format=yuv420p");
  }

  std::string Command(const std::string& arguments) const {
    return "LD_PRELOAD=" + shim_ + " " + folder_.Path("edgevlm") + " " + arguments;
  }

  std::string shim_;
  std::string file_;
};

TEST_F(VideoDeviceTest, DecodesWhereAllFramesAreLookedAt) {
  const auto decoder = [&](const std::string& options) {
    const std::string command = Command("caption " + file_ + " --frames scene:2 --json " + options +
                                        " > " + folder_.Path("reply"));
    EXPECT_EQ(std::system(command.c_str()), 0);
    return ParseLine(ReadWholeFile(folder_.Path("reply"))).value("decoder", "none");
  };
  EXPECT_EQ(decoder(""), "h264_v4l2m2m");
  EXPECT_EQ(decoder("--software-decoder"), "h264");
}

// The stream is opened again, in software.
TEST_F(VideoDeviceTest, IsLeftAloneOnceItHasEndedTheProgram) {
  if (std::system("command -v python3 > /dev/null") != 0) GTEST_SKIP() << "python3 is missing";
  folder_.Write("failure", "crash:5");
  const int port = FreePort();
  const Process server({"python3", "-m", "http.server", std::to_string(port), "--bind", "127.0.0.1",
                        "--directory", folder_.Path(".")});
  ASSERT_TRUE(Listens(port));
  const std::string errors = folder_.Write("errors", "");
  const Process watch({"/bin/sh", "-c",
                       "exec env " + Command("watch http://127.0.0.1:" + std::to_string(port) +
                                             "/clip.ts --every 1s > /dev/null 2> " + errors)});
  const auto has = [&](const char* text) {
    return ReadWholeFile(errors).find(text) != std::string::npos;
  };
  for (int i = 0; i < 200 && !has("found its end"); ++i) usleep(100'000);
  EXPECT_TRUE(has("ended by signal 6")) << ReadWholeFile(errors);
  EXPECT_TRUE(has("expected more of the stream, found its end")) << ReadWholeFile(errors);
}

// A device that would end the program is not asked.
TEST_F(VideoDeviceTest, IsNotForWhatComesOverHttp) {
  const bool can = std::system("command -v curl > /dev/null") == 0 &&
                   RunEdgevlm({"serve", "--help"}).exit_code == 0;
  if (!can) GTEST_SKIP() << "curl or the server is missing";
  folder_.Write("failure", "crash:0");
  const std::string command = Command("caption " + file_ + " --frames scene:2 > /dev/null 2>&1");
  EXPECT_NE(std::system(command.c_str()), 0) << "the device is there";
  const int port = FreePort();
  const Process server(
      {"/bin/sh", "-c", "exec env " + Command("serve --port " + std::to_string(port))});
  ASSERT_TRUE(Listens(port));
  const std::string request = "curl -s --max-time 30 -F file=@" + file_ +
                              " -F frames=scene:2 http://127.0.0.1:" + std::to_string(port) +
                              "/caption > " + folder_.Path("reply");
  ASSERT_EQ(std::system(request.c_str()), 0);
  const json reply = ParseLine(ReadWholeFile(folder_.Path("reply")));
  ASSERT_TRUE(reply.contains("videos")) << ReadWholeFile(folder_.Path("reply"));
  EXPECT_EQ(reply["videos"][0]["selector"], "scene");
}

}  // namespace
}  // namespace edgevlm
