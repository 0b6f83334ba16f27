// /v1/audio: recordings that clients send to edgevlm serve. The model is random, so these tests are
// about forms, formats and errors; tests/real/transcribe_test.cc has a trained one.
#include <gmock/gmock.h>

#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "program.h"
#include "recordings.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

std::string Noise(int seconds = 3) { return WavFile(Wave::kNoise, seconds, 8000); }
// The model reads it for longer than a test waits.
std::string LongNoise(int seconds = 14400) { return WavFile(Wave::kNoise, seconds, 1000); }

std::string Field(const std::string& name, const std::string& value) {
  return "--xx\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

std::string FormWith(const std::string& file,
                     const std::vector<std::pair<std::string, std::string>>& fields = {}) {
  std::string body;
  for (const auto& [name, value] : fields) body += Field(name, value);
  body +=
      "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n" + file;
  return body + "\r\n--xx--\r\n";
}

constexpr const char* kForm = "Content-Type: multipart/form-data; boundary=xx\r\n";
constexpr const char* kTranscriptions = "/v1/audio/transcriptions";

class SpeechServer {
 public:
  explicit SpeechServer(std::vector<std::string> options = {}) {
    options.insert(options.end(), {"--whisper", WriteTinyWhisper(folder_)});
    served_.emplace(std::move(options));
  }
  const ServedEdgevlm& served() const { return *served_; }

 private:
  TestFolder folder_;
  std::optional<ServedEdgevlm> served_;
};

void ExpectError(const HttpReply& reply, int status, const std::string& param) {
  EXPECT_EQ(reply.status, status) << reply.body;
  EXPECT_EQ(reply.Json()["error"]["param"], param.empty() ? json() : json(param)) << reply.body;
}

class ServeSpeechTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new SpeechServer; }
  static void TearDownTestSuite() { delete server_; }

  static HttpReply Send(const std::string& body, const char* path = kTranscriptions) {
    return server_->served().Request("POST", path, kForm, body);
  }
  static const ServedEdgevlm& server() { return server_->served(); }

 private:
  static SpeechServer* server_;
};
SpeechServer* ServeSpeechTest::server_ = nullptr;

TEST_F(ServeSpeechTest, FormatsAreOpenAis) {
  const json plain = Send(FormWith(Noise(), {{"model", "whisper-1"}})).Json();
  const std::string text = plain["text"];
  EXPECT_EQ(plain["usage"]["seconds"], 3);
  EXPECT_EQ(Send(FormWith(Noise(), {{"response_format", "text"}})).body, text + "\n");
  const json verbose = Send(FormWith(Noise(), {{"response_format", "verbose_json"}})).Json();
  EXPECT_EQ(verbose["text"], text);
  EXPECT_EQ(verbose["task"], "transcribe");
  EXPECT_EQ(verbose["duration"], 3);
  for (const json& segment : verbose["segments"]) {
    for (const char* name : {"id", "seek", "start", "end", "text", "tokens", "temperature",
                             "avg_logprob", "compression_ratio", "no_speech_prob"}) {
      EXPECT_TRUE(segment.contains(name)) << name;
    }
  }
  const HttpReply vtt = Send(FormWith(Noise(), {{"response_format", "vtt"}}));
  EXPECT_THAT(vtt.body, StartsWith("WEBVTT\n\n"));
  EXPECT_EQ(vtt.headers.at("content-type"), "text/vtt; charset=utf-8");
  EXPECT_EQ(Send(FormWith(Noise(), {{"response_format", "srt"}})).status, 200);
}

TEST_F(ServeSpeechTest, AStreamHasTheSameText) {
  const std::string text = Send(FormWith(Noise(70))).Json()["text"];
  const HttpReply stream = Send(FormWith(Noise(70), {{"stream", "true"}}));
  EXPECT_EQ(stream.headers.at("content-type"), "text/event-stream");
  std::string joined, done;
  std::istringstream lines(stream.body);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("data: {")) continue;
    const json event = json::parse(line.substr(6));
    if (event["type"] == "transcript.text.delta") joined += event["delta"].get<std::string>();
    if (event["type"] == "transcript.text.done") done = event["text"];
  }
  EXPECT_EQ(joined, text);
  EXPECT_EQ(done, text);
  EXPECT_TRUE(stream.body.ends_with("data: [DONE]\n\n"));
}

TEST_F(ServeSpeechTest, SilenceIsAnEmptyText) {
  const HttpReply reply =
      Send(FormWith(WavFile(Wave::kSilence, 5, 8000)), "/v1/audio/translations");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Json()["text"], "");
}

TEST_F(ServeSpeechTest, BadRequestsNameTheField) {
  ExpectError(Send(FormWith("hello, this is no sound")), 415, "file");
  ExpectError(Send(FormWith(Noise().substr(0, 1000))), 400, "file");
  ExpectError(Send(FormWith("")), 415, "file");
  ExpectError(Send(Field("model", "whisper-1") + "--xx--\r\n"), 400, "file");
  ExpectError(Send(FormWith(Noise(), {{"model", "other"}})), 404, "model");
  ExpectError(Send(FormWith(Noise(), {{"language", "xx"}})), 400, "language");
  ExpectError(Send(FormWith(Noise(), {{"temperature", "1.5"}})), 400, "temperature");
  ExpectError(Send(FormWith(Noise(), {{"response_format", "xml"}})), 400, "response_format");
  ExpectError(Send(FormWith(Noise(), {{"timestamp_granularities[]", "word"}})), 400,
              "timestamp_granularities[]");
  ExpectError(Send(FormWith(Noise(), {{"stream", "true"}, {"response_format", "srt"}})), 400,
              "response_format");
  ExpectError(server().Post(kTranscriptions, {{"file", "x"}}), 415, "");
  // Before the first event, an error still has its status.
  ExpectError(Send(FormWith("no sound", {{"stream", "true"}})), 415, "file");
}

TEST_F(ServeSpeechTest, ModelsIncludeTheTranscriber) {
  const json models = server().Get("/v1/models").Json()["data"];
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[1]["id"], "tiny-whisper");
  EXPECT_EQ(models[1]["architecture"]["input_modalities"], json::array({"audio"}));
  EXPECT_EQ(server().Get("/v1/models/tiny-whisper").status, 200);
}

json Recording(const std::string& data) {
  return {{"type", "input_audio"}, {"input_audio", {{"data", data}, {"format", "wav"}}}};
}

json ChatAbout(const json& part) {
  const json content = {{{"type", "text"}, {"text", "what is said?"}}, part};
  return {{"messages", {{{"role", "user"}, {"content", content}}}}, {"max_tokens", 2}};
}

// Silence, because what the random model writes is long.
TEST_F(ServeSpeechTest, MessagesMayHaveRecordings) {
  constexpr const char* kChat = "/v1/chat/completions";
  const std::string uri = DataUri(WavFile(Wave::kSilence, 2, 8000));
  const HttpReply heard = server().Post(kChat, ChatAbout(Recording(uri)));
  ASSERT_EQ(heard.status, 200) << heard.body;
  const auto tokens = [](const HttpReply& reply) {
    return reply.Json()["usage"]["prompt_tokens"].get<int>();
  };
  EXPECT_GT(tokens(heard),
            tokens(server().Post(kChat, ChatAbout({{"type", "text"}, {"text", "?"}}))));
  // Without the form of a URI, as OpenAI's clients send it.
  const HttpReply plain = server().Post(kChat, ChatAbout(Recording(uri.substr(uri.find(',') + 1))));
  EXPECT_EQ(tokens(plain), tokens(heard));
  const json input = {{{"role", "user"}, {"content", {Recording(uri)}}}};
  EXPECT_EQ(server().Post("/v1/responses", {{"input", input}, {"max_output_tokens", 2}}).status,
            200);
  const std::string where = "messages[0].content[1].input_audio";
  ExpectError(server().Post(kChat, ChatAbout(Recording("!"))), 400, where + ".data");
  ExpectError(server().Post(kChat, ChatAbout(Recording(DataUri("no sound")))), 415,
              where + ".data");
  ExpectError(server().Post(kChat, ChatAbout({{"type", "input_audio"}})), 400, where);
}

// The prompt has the transcript and the image.
TEST_F(ServeSpeechTest, AMessageMayHaveBoth) {
  const json sound = Recording(DataUri(WavFile(Wave::kSilence, 2, 8000)));
  const json image = {{"type", "image_url"}, {"image_url", DataUri(PngImage())}};
  const auto reply_to = [&](json content) {
    const HttpReply reply = server().Post(
        "/v1/chat/completions",
        {{"messages", {{{"role", "user"}, {"content", std::move(content)}}}}, {"max_tokens", 2}});
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Json();
  };
  const json heard = reply_to({sound, image}), seen = reply_to(json::array({image}));
  EXPECT_GT(heard["usage"]["prompt_tokens"], seen["usage"]["prompt_tokens"]);
  const json broken = {{"type", "image_url"},
                       {"image_url", DataUri(PngImage().substr(0, PngImage().size() / 2))}};
  EXPECT_EQ(server()
                .Post("/v1/chat/completions",
                      {{"messages", {{{"role", "user"}, {"content", {sound, broken}}}}}})
                .status,
            400);
}

// A model with an audio encoder hears recordings itself, without a Whisper.
TEST(ServeSoundModelTest, HearsRecordings) {
  const auto path = [](const std::string& name) { return DataPath("families/" + name); };
  const ServedEdgevlm server(
      {"-m", path("internvl-text.gguf"), "--mmproj", path("qwen2a-mmproj.gguf")});
  constexpr const char* kChat = "/v1/chat/completions";
  const HttpReply heard =
      server.Post(kChat, ChatAbout(Recording(DataUri(WavFile(Wave::kNoise, 2, 8000)))));
  ASSERT_EQ(heard.status, 200) << heard.body;
  // 200 frames give 50 embeddings.
  const HttpReply without = server.Post(kChat, ChatAbout({{"type", "text"}, {"text", ""}}));
  const int marks = static_cast<int>(std::string("Audio 1: <|audio_bos|><|audio_eos|>\n").size());
  EXPECT_EQ(heard.Json()["usage"]["prompt_tokens"].get<int>(),
            without.Json()["usage"]["prompt_tokens"].get<int>() + 50 + marks);
  EXPECT_EQ(heard.Json()["usage"]["prompt_tokens_details"]["audio_tokens"], 50);
  const std::string where = "messages[0].content[1].input_audio.data";
  const auto error = [&](const std::string& file) {
    return server.Post(kChat, ChatAbout(Recording(DataUri(file))));
  };
  ExpectError(error("no sound"), 415, where);
  ExpectError(error(WavFile(Wave::kNoise, 40, 2000)), 413, where);
  const json models = server.Get("/v1/models").Json()["data"];
  EXPECT_EQ(models[0]["architecture"]["input_modalities"], json({"text", "audio"}));
  EXPECT_EQ(server.Get("/props").Json()["modalities"]["audio"], true);
  // Nobody transcribes here.
  EXPECT_EQ(server.Request("POST", kTranscriptions, kForm, FormWith(Noise())).status, 404);
}

// Both are encoded at once.
TEST(ServeSoundModelTest, SeesAndHears) {
  const TestFolder folder;
  const ServedEdgevlm server(
      {"-m", DataPath("families/internvl-text.gguf"), "--mmproj", WriteTwoEncoders(folder)});
  const json image = {{"type", "image_url"}, {"image_url", {{"url", DataUri(PngImage())}}}};
  const json sound = Recording(DataUri(WavFile(Wave::kNoise, 2, 8000)));
  const auto tokens = [&](const json& content) {
    const HttpReply reply =
        server.Post("/v1/chat/completions",
                    {{"messages", {{{"role", "user"}, {"content", content}}}}, {"max_tokens", 2}});
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Json()["usage"]["prompt_tokens"].get<int>();
  };
  const json words = {{"type", "text"}, {"text", "what is it?"}};
  // 200 frames give 13 embeddings.
  EXPECT_EQ(tokens({image, sound, words}), tokens({image, words}) + 13);
  EXPECT_EQ(tokens({sound, image, sound, words}), tokens({image, words}) + 26);
}

// Its job ends when the client leaves, else the next one would wait.
TEST_F(ServeSpeechTest, AClientThatLeavesIsForgotten) {
  {
    Client client = server().Connect();
    client.Send(RequestText("POST", kTranscriptions, kForm, FormWith(LongNoise())));
    EXPECT_FALSE(client.IsClosedWithin(std::chrono::milliseconds(300)));
  }
  EXPECT_EQ(Send(FormWith(Noise())).status, 200);
}

TEST(ServeSpeechLimitsTest, AFullQueueIsRejected) {
  const SpeechServer server({"--waiting", "0"});
  const auto second = [&] {
    return server.served().Request("POST", kTranscriptions, kForm, FormWith(Noise()));
  };
  // A long one is rejected itself if it arrives while a short one is transcribed. An hour is enough
  // for the next request to find it, and soon sent.
  const std::string an_hour = FormWith(LongNoise(3600));
  std::vector<Client> first;
  ASSERT_TRUE(Becomes([&] {
    first.push_back(server.served().Connect());
    first.back().Send(RequestText("POST", kTranscriptions, kForm, an_hour));
    return second().status == 503;
  }));
  const HttpReply reply = second();
  EXPECT_EQ(reply.Json()["error"]["code"], "queue_full");
  EXPECT_EQ(reply.headers.at("retry-after"), "10");
}

TEST(ServeSpeechLimitsTest, ARequestThatTakesTooLongEnds) {
  const SpeechServer server({"--request-seconds", "1"});
  const HttpReply reply =
      server.served().Request("POST", kTranscriptions, kForm, FormWith(LongNoise()));
  EXPECT_EQ(reply.status, 504);
}

TEST(ServeSpeechLimitsTest, WithoutAModelThereIsNone) {
  const ServedEdgevlm server;
  const HttpReply reply = server.Request("POST", kTranscriptions, kForm, FormWith(Noise()));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.Json()["error"]["code"], "model_not_found");
  EXPECT_EQ(server.Get("/v1/models").Json()["data"].size(), 1u);
  const HttpReply chat = server.Post("/v1/chat/completions", ChatAbout(Recording("AAAA")));
  EXPECT_EQ(chat.status, 400);
  EXPECT_THAT(chat.body, HasSubstr("expected a server with --whisper FILE, found none"));
}

// The worker threads of the server are few, so requests must not take all of them.
TEST(ServeSpeechLimitsTest, FewMayWaitForRecordings) {
  const SpeechServer server({"--request-seconds", "3"});
  const std::string request =
      RequestText("POST", "/v1/chat/completions", "Content-Type: application/json\r\n",
                  ChatAbout(Recording(DataUri(LongNoise()))).dump());
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(server.served().Connect());
    EXPECT_TRUE(clients.back().Send(request));
  }
  EXPECT_EQ(server.served().Get("/health").status, 200);
  std::vector<int> statuses;
  for (Client& client : clients) statuses.push_back(client.Receive().status);
  EXPECT_THAT(statuses, UnorderedElementsAre(503, 504, 504));
}

// The recording takes longer than the request may, so nothing after its transcript is reached.
TEST(ServeSpeechLimitsTest, ImagesAreEncodedWhileRecordingsAreHeard) {
  const SpeechServer server({"--request-seconds", "2"});
  const ServedEdgevlm& served = server.served();
  const std::string uri = DataUri(PngImage());
  const json id =
      served.Post("/caption", {{"image", uri}, {"max_tokens", 1}}).Json()["image"]["id"];
  const auto is_cached = [&] {
    return served.Post("/caption", {{"image_id", id}, {"max_tokens", 1}}).status == 200;
  };
  EXPECT_TRUE(is_cached());
  served.Post("/clear-cache", json::object());
  EXPECT_FALSE(is_cached());
  json request = ChatAbout(Recording(DataUri(LongNoise())));
  request["messages"][0]["content"].push_back({{"type", "image_url"}, {"image_url", uri}});
  Client client = served.Connect();
  ASSERT_TRUE(client.Send(RequestText("POST", "/v1/chat/completions",
                                      "Content-Type: application/json\r\n", request.dump())));
  EXPECT_TRUE(Becomes(is_cached));
  const HttpReply reply = client.Receive();
  EXPECT_EQ(reply.status, 504) << reply.body;
}

}  // namespace
}  // namespace edgevlm
