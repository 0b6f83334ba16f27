// Videos in requests: frames with their times in replies, and a decoder that may break.
#include <dirent.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <sstream>
#include <thread>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr const char* kVideoForm = "Content-Type: multipart/form-data; boundary=xx\r\n";

// A form with a video and text fields.
std::string FormOf(std::string_view file, const std::vector<std::array<std::string, 2>>& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    body +=
        "--xx\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  body += "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"clip\"\r\n\r\n";
  return body.append(file) + "\r\n--xx--\r\n";
}

json ChatAbout(const std::string& video, json fields = json::object()) {
  fields["messages"] = {{{"role", "user"},
                         {"content",
                          {{{"type", "video_url"}, {"video_url", {{"url", video}}}},
                           {{"type", "text"}, {"text", "what is there?"}}}}}};
  if (!fields.contains("max_tokens")) fields["max_tokens"] = 4;
  return fields;
}

std::vector<double> VideoTimesOf(const json& reply) {
  std::vector<double> times;
  for (const json& frame : reply.at("videos").at(0).at("frames")) {
    times.push_back(frame.at("seconds"));
  }
  return times;
}

// What the program that decodes needs: without it these tests are skipped.
class ServeVideoTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto decoder = std::filesystem::path(BinaryPath()).parent_path() / "edgevlm-video";
    if (!std::filesystem::exists(decoder)) GTEST_SKIP() << "edgevlm-video is missing";
    if (std::system("command -v ffmpeg > /dev/null") != 0) GTEST_SKIP() << "ffmpeg is missing";
  }

  // A test image that moves, of 4 s.
  std::string Clip(const std::string& name, const std::string& size = "96x64",
                   const std::string& encoder = "-c:v libx264 -pix_fmt yuv420p") const {
    const std::string path = folder_.Path(name);
    const std::string command =
        "ffmpeg -nostdin -loglevel error -f lavfi -i testsrc2=size=" + size +
        ":rate=25:duration=4 " + encoder + " " + path;
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return ReadWholeFile(path);
  }

  static HttpReply Caption(const ServedEdgevlm& server, std::string_view file,
                           std::vector<std::array<std::string, 2>> fields = {}) {
    fields.push_back({"max_tokens", "3"});
    return server.Request("POST", "/caption", kVideoForm, FormOf(file, fields));
  }

  const TestFolder folder_;
};

TEST_F(ServeVideoTest, AModelForOneImageRepliesAboutEachFrame) {
  const ServedEdgevlm server;
  const std::string clip = Clip("clip.mp4");
  const HttpReply reply = Caption(server, clip, {{"frames", "uniform:2"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json object = reply.Json();
  EXPECT_THAT(VideoTimesOf(object), ElementsAre(1, 3));
  EXPECT_THAT(object["caption"].get<std::string>(), MatchesRegex("0:01\\.0  .+\n0:03\\.0  .+"));
  EXPECT_EQ(object["videos"][0]["selector"], "uniform");
  EXPECT_EQ(object["videos"][0]["seconds"], 4);
  const std::string first = object["videos"][0]["frames"][0]["text"];
  EXPECT_THAT(object["caption"].get<std::string>(), HasSubstr("0:01.0  " + first + "\n"));
  EXPECT_LE(object["usage"]["completion_tokens"], 6);
  // Frames for a question, of which there is none in a caption.
  const auto ask = [&](const std::string& question) {
    std::vector<std::array<std::string, 2>> fields = {{"frames", "query:2"}, {"max_tokens", "3"}};
    if (!question.empty()) fields.push_back({"question", question});
    return server.Request("POST", question.empty() ? "/caption" : "/vqa", kVideoForm,
                          FormOf(clip, fields));
  };
  const HttpReply asked = ask("is there a circle?");
  ASSERT_EQ(asked.status, 200) << asked.body;
  EXPECT_EQ(asked.Json()["videos"][0]["selector"], "query");
  EXPECT_EQ(asked.Json()["videos"][0]["frames"].size(), 2);
  EXPECT_EQ(ask("what happens?").Json()["videos"][0]["selector"], "scene");
  EXPECT_EQ(ask("").status, 400);
  EXPECT_THAT(ask("").body, HasSubstr("query: expected a question, found none"));
  // The same in a range, and as an answer in OpenAI's format.
  const json chat = ChatAbout(DataUri(clip), {{"frames", "fps:1"}, {"from", 2}, {"to", 3}});
  const HttpReply answer = server.Post("/v1/chat/completions", chat);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(VideoTimesOf(answer.Json()), ElementsAre(2, 3));
}

TEST_F(ServeVideoTest, AModelForSeveralImagesSeesAllFrames) {
  const ServedEdgevlm server({"-m", DataPath("families/qwen3vl-text.gguf"), "--mmproj",
                              DataPath("families/qwen3vl-mmproj.gguf"), "--chat-template",
                              "chatml"});
  const std::string clip = Clip("clip.webm", "96x64", "-c:v libvpx -b:v 200k");
  const HttpReply reply =
      server.Post("/v1/chat/completions", ChatAbout(DataUri(clip), {{"frames", "uniform:4"}}));
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(VideoTimesOf(reply.Json()), ElementsAre(0.48, 1.48, 2.48, 3.48));
  EXPECT_FALSE(reply.Json()["videos"][0]["frames"][0].contains("text"));
  // As many tokens as on the command line.
  const Outcome outcome = RunEdgevlm(
      {"ask", folder_.Path("clip.webm"), "what is there?", "--json", "--frames", "uniform:4", "-m",
       DataPath("families/qwen3vl-text.gguf"), "--mmproj", DataPath("families/qwen3vl-mmproj.gguf"),
       "--chat-template", "chatml", "--max-tokens", "4"});
  const json asked = json::parse(outcome.output);
  EXPECT_EQ(reply.Json()["usage"]["prompt_tokens"], asked["prompt_tokens"]);
  EXPECT_EQ(reply.Json()["choices"][0]["message"]["content"], asked["answer"]);
  // The Responses API remembers a video.
  const json input = {{"role", "user"},
                      {"content",
                       {{{"type", "input_video"}, {"video_url", DataUri(clip)}},
                        {{"type", "input_text"}, {"text", "what is there?"}}}}};
  const HttpReply first =
      server.Post("/v1/responses", {{"input", json::array({input})}, {"max_output_tokens", 4}});
  ASSERT_EQ(first.status, 200) << first.body;
  const HttpReply next =
      server.Post("/v1/responses", {{"input", "and now?"},
                                    {"max_output_tokens", 4},
                                    {"previous_response_id", first.Json()["id"]}});
  ASSERT_EQ(next.status, 200) << next.body;
  EXPECT_GT(next.Json()["usage"]["input_tokens"], first.Json()["usage"]["input_tokens"]);
}

TEST_F(ServeVideoTest, StreamsShowProgress) {
  const ServedEdgevlm server;
  const HttpReply reply =
      Caption(server, Clip("clip.gif", "96x64", ""),
              {{"frames", "uniform:2"}, {"stream", "true"}, {"progress", "true"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.body, HasSubstr(R"({"progress":{"done":0,"stage":"videos","total":1}})"));
  EXPECT_THAT(reply.body, HasSubstr(R"({"progress":{"done":1,"stage":"pictures","total":2}})"));
  EXPECT_THAT(reply.body, HasSubstr("\"videos\":[{"));
  // What is wrong comes in the stream then, and else as a status.
  const std::string cut = Clip("cut.mp4").substr(0, 1000);
  const HttpReply late = Caption(server, cut, {{"stream", "true"}, {"progress", "true"}});
  EXPECT_EQ(late.status, 200);
  EXPECT_THAT(late.body, HasSubstr("file: video: "));
  EXPECT_EQ(Caption(server, cut, {{"stream", "true"}}).status, 400);
}

TEST_F(ServeVideoTest, WhatCannotBeReadIsRejected) {
  const ServedEdgevlm server;
  const std::string video = DataUri(Clip("clip.mp4"));
  const auto message = [&](const json& body) {
    const HttpReply reply = server.Post("/v1/chat/completions", body);
    EXPECT_THAT(reply.status, AnyOf(400, 413)) << reply.body;
    return reply.Json()["error"]["message"].get<std::string>();
  };
  EXPECT_THAT(message(ChatAbout(DataUri(PngImage()))), HasSubstr("expected a video"));
  EXPECT_THAT(message(ChatAbout("https://127.0.0.1/clip.mp4")), HasSubstr("fetches no URLs"));
  EXPECT_THAT(message(ChatAbout("file:///etc/passwd")), HasSubstr("fetches no URLs"));
  EXPECT_THAT(message(ChatAbout(video, {{"frames", "best"}})), HasSubstr("frames: "));
  EXPECT_THAT(message(ChatAbout(video, {{"frames", "uniform:65"}})), HasSubstr("at most 64"));
  EXPECT_THAT(message(ChatAbout(video, {{"from", 9}})), HasSubstr("before the end of the video"));
  EXPECT_THAT(message(ChatAbout(video, {{"n", 2}, {"temperature", 1}})),
              HasSubstr("one image per prompt"));
  json five = ChatAbout(video);
  json& parts = five["messages"][0]["content"];
  for (int i = 0; i < 4; ++i) parts.push_back(parts[0]);
  EXPECT_THAT(message(five), HasSubstr("at most 4 videos"));
  const HttpReply counted = server.Post("/v1/chat/completions/input_tokens", ChatAbout(video));
  EXPECT_EQ(counted.status, 400) << counted.body;
  EXPECT_THAT(counted.body, HasSubstr("videos are not read here"));
}

// The processes that a process has started, with those that nobody has waited for.
std::vector<pid_t> ChildrenOf(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    std::stringstream text;
    text << file.rdbuf();
    // PID (NAME) STATE PARENT
    std::istringstream rest(
        text.str().substr(std::min(text.str().size(), text.str().rfind(')') + 1)));
    std::string state;
    pid_t of = 0;
    if (rest >> state >> of && of == parent) children.push_back(std::stoi(name));
  }
  return children;
}

long OpenFiles(pid_t process) {
  const std::filesystem::directory_iterator files("/proc/" + std::to_string(process) + "/fd");
  return std::distance(begin(files), end(files));
}

// Whether a reply is whole: a caption, or an error of one line.
void ExpectReplyOrLine(const HttpReply& reply) {
  if (reply.status == 200) return;
  EXPECT_THAT(reply.status, AnyOf(400, 413, 415, 500)) << reply.body;
  const std::string message = reply.Json()["error"]["message"];
  EXPECT_THAT(message, HasSubstr("file: "));
  EXPECT_THAT(message, Not(HasSubstr("\n")));
}

TEST_F(ServeVideoTest, CutFilesAreALineEach) {
  const ServedEdgevlm server;
  ASSERT_EQ(server.Get("/health").status, 200);
  const long files = OpenFiles(server.process());
  for (const auto& [name, encoder] :
       {std::array<std::string, 2>{"clip.mp4", "-c:v libx264 -crf 40 -movflags +faststart"},
        std::array<std::string, 2>{"clip.mkv", "-c:v libx264 -crf 40"}}) {
    const std::string clip = Clip(name, "96x64", encoder);
    constexpr std::size_t kKilobyte = 1024;
    ASSERT_GT(clip.size(), 8 * kKilobyte);
    for (std::size_t size = kKilobyte; size < clip.size(); size += kKilobyte) {
      const std::string cut = clip.substr(0, size);
      const HttpReply reply = Caption(server, cut, {{"frames", "uniform:2"}});
      ExpectReplyOrLine(reply);
      const Outcome outcome =
          RunEdgevlm({"caption", "-", "--frames", "uniform:2", "--max-tokens", "3"}, cut);
      EXPECT_EQ(outcome.exit_code == 0, reply.status == 200) << size << " " << reply.body;
      EXPECT_EQ(outcome.ErrorLines(), outcome.exit_code == 0 ? 0 : 1) << outcome.errors;
    }
  }
  EXPECT_TRUE(ChildrenOf(server.process()).empty());
  EXPECT_TRUE(Becomes([&] { return OpenFiles(server.process()) <= files; }));
}

TEST_F(ServeVideoTest, TheDecoderMayBeKilledAtAnyMoment) {
  const ServedEdgevlm server;
  ASSERT_EQ(server.Get("/health").status, 200);
  const long files = OpenFiles(server.process());
  const std::string clip = Clip("clip.mp4", "640x480");
  std::mt19937 random(7);
  int killed = 0;
  for (int i = 0; i < 12; ++i) {
    auto reply = std::async(std::launch::async, [&] {
      return Caption(server, clip, {{"frames", "scene:2"}});
    });
    // From the start of the first of its programs to the end of the last.
    EXPECT_TRUE(Becomes([&] { return !ChildrenOf(server.process()).empty(); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 150));
    for (const pid_t child : ChildrenOf(server.process())) kill(child, SIGKILL);
    const HttpReply got = reply.get();
    ExpectReplyOrLine(got);
    if (got.status == 500) {
      ++killed;
      EXPECT_THAT(got.body, HasSubstr("the decoder ended by signal 9 (Killed)"));
    }
  }
  EXPECT_GT(killed, 0);
  EXPECT_EQ(Caption(server, clip, {{"frames", "uniform:1"}}).status, 200);
  EXPECT_TRUE(ChildrenOf(server.process()).empty());
  EXPECT_TRUE(Becomes([&] { return OpenFiles(server.process()) <= files; }));
}

// A client that leaves ends the decoding.
TEST_F(ServeVideoTest, NothingIsDecodedForAClientThatHasLeft) {
  const ServedEdgevlm server;
  const std::string clip = Clip("clip.mp4", "1280x720");
  {
    Client client = server.Connect();
    client.Send(RequestText("POST", "/caption", kVideoForm, FormOf(clip, {{"frames", "scene"}})));
    EXPECT_TRUE(Becomes([&] { return !ChildrenOf(server.process()).empty(); }));
    client.Reset();
  }
  EXPECT_TRUE(Becomes([&] { return ChildrenOf(server.process()).empty(); }));
  EXPECT_EQ(server.Get("/health").status, 200);
}

}  // namespace
}  // namespace edgevlm
