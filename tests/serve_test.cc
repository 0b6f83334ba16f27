// edgevlm serve with valid requests.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// The payloads of a stream of server-sent events.
std::vector<std::string> Events(const std::string& body) {
  std::vector<std::string> events;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = body.find("\n\n", begin);
    const std::string event = body.substr(begin, end - begin);
    if (event.starts_with("data: ")) events.push_back(event.substr(6));
    begin = end == std::string::npos ? body.size() : end + 2;
  }
  return events;
}

std::string Form(const std::string& file, const std::string& fields = "") {
  return "--xx\r\nContent-Disposition: form-data; name=\"image\"; filename=\"../../a.ppm\"\r\n"
         "Content-Type: image/x-portable-pixmap\r\n\r\n" +
         file + "\r\n" + fields + "--xx--\r\n";
}

std::string FormField(const std::string& name, const std::string& value) {
  return "--xx\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

constexpr const char* kFormType = "Content-Type: multipart/form-data; boundary=xx\r\n";

// All tests that do not change the server share one.
class ServeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm; }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  static json Chat(const json& content, const json& more = json::object()) {
    json body = {{"messages", {{{"role", "user"}, {"content", content}}}}};
    body.update(more);
    return body;
  }
  static json ImagePart() {
    return {{"type", "image_url"}, {"image_url", {{"url", DataUri(PpmImage())}}}};
  }

  static std::string Caption() {
    const TestFolder folder;
    std::string caption = RunEdgevlm({"caption", folder.Write("p.ppm", PpmImage())}).output;
    caption.pop_back();
    return caption;
  }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeTest::server_ = nullptr;

TEST_F(ServeTest, DescribesItself) {
  const HttpReply reply = server().Get("/");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Json()["service"], "edgevlm");
  EXPECT_EQ(reply.Json()["model"]["name"], "edgevlm");
}

TEST_F(ServeTest, BrowsersGetThePage) {
  const HttpReply reply = server().Request("GET", "/", "Accept: text/html,*/*\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.headers.at("content-type"), StartsWith("text/html"));
  EXPECT_THAT(reply.headers.at("content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(reply.headers.at("content-security-policy"), Not(HasSubstr("unsafe")));
  EXPECT_EQ(server().Get("/page/style.css").headers.at("content-type"), "text/css; charset=utf-8");
  EXPECT_EQ(server().Get("/page/nowhere.js").status, 404);
}

TEST_F(ServeTest, ReportsItsOptimizations) {
  const ServedEdgevlm other({"--cache", "q8_0", "--running", "3", "--keep-tokens", "50:uniform"});
  const json settings = other.Get("/").Json()["optimisations"];
  EXPECT_EQ(settings["cache"], "q8_0");
  EXPECT_EQ(settings["running"], "3");
  EXPECT_EQ(settings["keep_tokens"], "50:uniform");
  EXPECT_EQ(server().Get("/").Json()["optimisations"]["keep_tokens"], "all");
}

TEST_F(ServeTest, CaptionOfAnUploadEqualsTheCommandLines) {
  const HttpReply reply = server().Request("POST", "/caption", kFormType, Form(PpmImage()));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json body = reply.Json();
  EXPECT_EQ(body["caption"], Caption());
  EXPECT_EQ(body["finish_reason"], "stop");
  EXPECT_EQ(body["images"][0]["width"], 96);
  EXPECT_GT(body["usage"]["prompt_tokens"], 10);
  EXPECT_GT(body["timings"]["encode_ms"], 0);
}

TEST_F(ServeTest, CaptionAcceptsImagesAsText) {
  for (const json& body :
       {json{{"image", Base64(PpmImage())}}, json{{"image_url", DataUri(PpmImage())}},
        json{{"image_url", {{"url", DataUri(PpmImage())}}}},
        json{{"images", {DataUri(PpmImage())}}}}) {
    EXPECT_EQ(server().Post("/caption", body).Json()["caption"], Caption());
  }
}

TEST_F(ServeTest, VqaAnswersTheQuestion) {
  const TestFolder folder;
  std::string answer =
      RunEdgevlm({"ask", folder.Write("p.ppm", PpmImage()), "how many things are there?"}).output;
  answer.pop_back();
  const json body = {{"image", Base64(PpmImage())}, {"question", "how many things are there?"}};
  EXPECT_EQ(server().Post("/vqa", body).Json()["answer"], answer);
  EXPECT_EQ(server().Post("/query", body).Json()["answer"], answer);
  const double sure = server().Post("/vqa", body).Json()["probability"];
  EXPECT_TRUE(0 < sure && sure <= 1) << sure;
  const HttpReply form =
      server().Request("POST", "/vqa", kFormType,
                       Form(PpmImage(), FormField("question", "how many things are there?")));
  EXPECT_EQ(form.Json()["answer"], answer);
}

TEST_F(ServeTest, CaptionStreamsTheSameText) {
  const HttpReply reply = server().Post(
      "/caption", {{"image", Base64(PpmImage())}, {"stream", true}, {"progress", true}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.is_whole);
  EXPECT_THAT(reply.headers.at("content-type"), StartsWith("text/event-stream"));
  const std::vector<std::string> events = Events(reply.body);
  std::string text;
  json last;
  bool told_images = false;
  for (const std::string& event : events) {
    const json object = json::parse(event, nullptr, false);
    if (object.contains("chunk")) text += object["chunk"].get<std::string>();
    if (object.contains("completed")) last = object;
    told_images |= object.contains("progress") && object["progress"]["stage"] == "pictures";
  }
  EXPECT_EQ(text, Caption());
  EXPECT_EQ(last["caption"], text);
  EXPECT_TRUE(told_images);
  EXPECT_EQ(events.back(), "[DONE]");
}

TEST_F(ServeTest, ChatCompletionAnswers) {
  const json body = Chat({ImagePart(), {{"type", "text"}, {"text", "how many things are there?"}}});
  const json reply = server().Post("/v1/chat/completions", body).Json();
  EXPECT_EQ(reply["object"], "chat.completion");
  EXPECT_EQ(reply["choices"][0]["message"]["role"], "assistant");
  EXPECT_NE(reply["choices"][0]["message"]["content"], "");
  EXPECT_EQ(reply["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(reply["usage"]["total_tokens"], reply["usage"]["prompt_tokens"].get<int>() +
                                                reply["usage"]["completion_tokens"].get<int>());
}

TEST_F(ServeTest, ChatCompletionStreamsChunks) {
  const json whole = server().Post("/v1/chat/completions", Chat(json::array({ImagePart()}))).Json();
  const HttpReply reply =
      server().Post("/v1/chat/completions",
                    Chat(json::array({ImagePart()}),
                         {{"stream", true}, {"stream_options", {{"include_usage", true}}}}));
  const std::vector<std::string> events = Events(reply.body);
  ASSERT_GE(events.size(), 4u);
  std::string text;
  for (std::size_t i = 0; i + 2 < events.size(); ++i) {
    const json chunk = json::parse(events[i]);
    EXPECT_EQ(chunk["object"], "chat.completion.chunk");
    text += chunk["choices"][0]["delta"].value("content", "");
  }
  EXPECT_EQ(text, whole["choices"][0]["message"]["content"]);
  const json usage = json::parse(events[events.size() - 2]);
  EXPECT_EQ(usage["choices"].size(), 0u);
  EXPECT_EQ(usage["usage"], whole["usage"]);
  EXPECT_EQ(events.back(), "[DONE]");
}

TEST_F(ServeTest, MaxTokensAndStopEndReplies) {
  const json few =
      server()
          .Post("/v1/chat/completions", Chat(json::array({ImagePart()}), {{"max_tokens", 2}}))
          .Json();
  EXPECT_EQ(few["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(few["usage"]["completion_tokens"], 2);
  const std::string text = Caption();
  const std::string stop = text.substr(text.size() / 2, 3);
  const json stopped =
      server()
          .Post("/v1/chat/completions", Chat(json::array({ImagePart()}), {{"stop", stop}}))
          .Json();
  EXPECT_EQ(stopped["choices"][0]["message"]["content"], text.substr(0, text.find(stop)));
}

TEST_F(ServeTest, TheSeedReproducesAReply) {
  json body = Chat(json::array({ImagePart()}), {{"temperature", 3}, {"seed", -1}});
  const json first = server().Post("/v1/chat/completions", body).Json();
  body.erase("seed");
  const json second = server().Post("/v1/chat/completions", body).Json();
  EXPECT_NE(first["seed"], second["seed"]);
  body["seed"] = first["seed"];
  const json again = server().Post("/v1/chat/completions", body).Json();
  EXPECT_EQ(again["choices"], first["choices"]);
  EXPECT_EQ(again["seed"], first["seed"]);
}

// With an image, while sampling.
TEST_F(ServeTest, RepliesFollowTheirFormat) {
  const json schema = {
      {"type", "object"},
      {"properties",
       {{"a_count", {{"type", "integer"}}},
        {"b_colour", {{"enum", {"red", "blue"}}}},
        {"c_flags", {{"type", "array"}, {"items", {{"type", "boolean"}}}, {"maxItems", 2}}}}},
      {"required", {"a_count", "b_colour", "c_flags"}},
      {"additionalProperties", false}};
  const json format = {{"type", "json_schema"},
                       {"json_schema", {{"name", "x"}, {"schema", schema}, {"strict", true}}}};
  for (const double temperature : {0.0, 2.0}) {
    const json body = Chat(json::array({ImagePart()}), {{"response_format", format},
                                                        {"temperature", temperature},
                                                        {"seed", 1},
                                                        {"repetition_penalty", 1.3},
                                                        {"max_tokens", 120}});
    const json reply = server().Post("/v1/chat/completions", body).Json();
    ASSERT_EQ(reply["choices"][0]["finish_reason"], "stop") << reply;
    const json object =
        json::parse(reply["choices"][0]["message"]["content"].get<std::string>(), nullptr, false);
    ASSERT_TRUE(object.is_object()) << reply;
    EXPECT_TRUE(object["a_count"].is_number_integer());
    EXPECT_THAT(object["b_colour"], ::testing::AnyOf("red", "blue"));
    EXPECT_LE(object["c_flags"].size(), 2u);
  }
  const json choice = {{"enum", {"yes", "no"}}};
  const json ollama = {{"prompt", "is it red?"},
                       {"images", {Base64(PpmImage())}},
                       {"format", choice},
                       {"stream", false}};
  EXPECT_THAT(server().Post("/api/generate", ollama).Json()["response"],
              ::testing::AnyOf("\"yes\"", "\"no\""));
}

TEST_F(ServeTest, CountsTokensInAdvance) {
  const json body = Chat({ImagePart(), {{"type", "text"}, {"text", "how many?"}}});
  const json count = server().Post("/v1/chat/completions/input_tokens", body).Json();
  const json reply = server().Post("/v1/chat/completions", body).Json();
  EXPECT_EQ(count["input_tokens"], reply["usage"]["prompt_tokens"]);
  EXPECT_GT(server().Post("/tokenize", {{"content", "how many?"}}).Json()["tokens"].size(), 1u);
}

TEST_F(ServeTest, AnImageIsEncodedOnce) {
  std::string other = PpmImage();
  other.back() = 'x';  // differs in the last byte
  const auto encode_ms = [&](const std::string& image) {
    return server().Post("/caption", {{"image", Base64(image)}}).Json()["timings"]["encode_ms"];
  };
  encode_ms(PpmImage());
  EXPECT_EQ(encode_ms(PpmImage()), 0);
  EXPECT_NE(encode_ms(other), 0);
  EXPECT_EQ(server().Post("/clear-cache", json::object()).Json()["cleared"], true);
  EXPECT_NE(encode_ms(PpmImage()), 0);
  EXPECT_GT(server().Get("/metrics").Json()["metrics"]["edgevlm_image_cache_hits_total"], 0);
}

// Equal pixel bytes in another shape are a different image.
TEST_F(ServeTest, ImagesOfAnotherShapeDiffer) {
  const std::string pixels(30 * 100 * 3, 'p');
  const auto tokens = [&](const std::string& size) {
    return server().Post("/caption", {{"image", Base64("P6 " + size + " 255\n" + pixels)}}).Json();
  };
  EXPECT_EQ(tokens("30 100")["images"][0]["height"], 100);
  const json turned = tokens("100 30");
  EXPECT_EQ(turned["images"][0]["height"], 30);
  EXPECT_GT(turned["timings"]["encode_ms"], 0);
}

TEST_F(ServeTest, BenchmarksItself) {
  const json report =
      server().Post("/benchmark", {{"requests", 5}, {"concurrency", 2}, {"max_tokens", 4}}).Json();
  EXPECT_EQ(report["completed"], 5);
  EXPECT_EQ(report["failed"], 0);
  EXPECT_THAT(report["text"].get<std::string>(), HasSubstr("Serving Benchmark Result"));
}

TEST_F(ServeTest, BenchServePrintsVllmsBlock) {
  const Outcome outcome =
      RunEdgevlm({"bench", "serve", "--port", std::to_string(server().port()), "--requests", "6",
                  "--concurrency", "3", "--max-tokens", "4"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("Successful requests:                     6"));
}

TEST_F(ServeTest, OllamaAnswers) {
  const json body = {{"prompt", "how many things are there?"}, {"images", {Base64(PpmImage())}}};
  const HttpReply stream = server().Post("/api/generate", body);
  EXPECT_THAT(stream.headers.at("content-type"), StartsWith("application/x-ndjson"));
  std::string text;
  std::istringstream lines(stream.body);
  json last;
  for (std::string line; std::getline(lines, line); text += last["response"].get<std::string>()) {
    last = json::parse(line);
  }
  EXPECT_EQ(last["done"], true);
  EXPECT_GT(last["eval_duration"], 0);
  json whole = body;
  whole["stream"] = false;
  EXPECT_EQ(server().Post("/api/generate", whole).Json()["response"], text);
  const json chat = {{"stream", false},
                     {"messages",
                      {{{"role", "user"},
                        {"content", "how many things are there?"},
                        {"images", {Base64(PpmImage())}}}}}};
  EXPECT_EQ(server().Post("/api/chat", chat).Json()["message"]["content"], text);
}

TEST_F(ServeTest, ReportsItsModel) {
  EXPECT_EQ(server().Get("/v1/models").Json()["data"][0]["id"], "edgevlm");
  EXPECT_EQ(server().Get("/v1/models/edgevlm").Json()["id"], "edgevlm");
  EXPECT_EQ(server().Get("/api/tags").Json()["models"][0]["name"], "edgevlm:latest");
  EXPECT_EQ(server().Get("/api/ps").status, 200);
  EXPECT_EQ(server().Get("/api/version").status, 200);
  EXPECT_EQ(server().Post("/api/show", {{"model", "edgevlm:latest"}}).status, 200);
  EXPECT_EQ(server().Get("/props").Json()["modalities"]["vision"], true);
}

TEST_F(ServeTest, ReportsItsHealth) {
  const json health = server().Get("/health").Json();
  EXPECT_EQ(health["status"], "ok");
  EXPECT_GT(health["system"]["resident_bytes"], 0);
  EXPECT_EQ(server().Get("/health/live").status, 200);
  EXPECT_EQ(server().Get("/health/ready").status, 200);
}

TEST_F(ServeTest, ReportsItsMetrics) {
  server().Post("/caption", {{"image", Base64(PpmImage())}});
  const json stats = server().Get("/metrics").Json();
  EXPECT_GT(stats["metrics"]["edgevlm_generation_tokens_total"], 0);
  EXPECT_GE(stats["metrics"]["edgevlm_time_to_first_token_seconds"]["p99"],
            stats["metrics"]["edgevlm_time_to_first_token_seconds"]["p50"]);
  const std::string text = server().Get("/metrics/prometheus").body;
  EXPECT_THAT(text, HasSubstr("edgevlm_requests_total{code=\"200\",endpoint=\"/caption\"}"));
  EXPECT_THAT(text, HasSubstr("edgevlm_stage_duration_seconds_bucket{stage=\"encode\""));
  EXPECT_EQ(server().Request("GET", "/metrics", "Accept: text/plain\r\n").body.substr(0, 6),
            "# HELP");
}

TEST_F(ServeTest, AConnectionServesManyRequests) {
  Client client = server().Connect();
  for (int i = 0; i < 3; ++i) {
    client.Send(RequestText("GET", "/health/live"));
    EXPECT_EQ(client.Receive().status, 200);
  }
}

TEST_F(ServeTest, PipelinedRequestsAreAnsweredInOrder) {
  Client client = server().Connect();
  const std::string body = json{{"image", Base64(PpmImage())}}.dump();
  client.Send(RequestText("POST", "/caption", {}, body) + RequestText("GET", "/health/live") +
              RequestText("GET", "/nowhere"));
  EXPECT_EQ(client.Receive().Json()["caption"], Caption());
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(client.Receive().status, 404);
}

TEST_F(ServeTest, HeadHasNoBody) {
  Client client = server().Connect();
  client.Send(RequestText("HEAD", "/health/live", "Connection: close\r\n"));
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_EQ(client.ReadUntil("x"), "");
}

TEST_F(ServeTest, ServesHttp10Clients) {
  Client client = server().Connect();
  client.Send("GET /health/live HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_TRUE(client.IsClosedWithin(1s));
}

TEST_F(ServeTest, SupportsExpectContinue) {
  Client client = server().Connect();
  const std::string body = json{{"image", Base64(PpmImage())}}.dump();
  client.Send(
      "POST /caption HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send(body);
  EXPECT_EQ(client.Receive().status, 200);
}

TEST_F(ServeTest, BodiesMayBeChunked) {
  Client client = server().Connect();
  const std::string body = json{{"image", Base64(PpmImage())}}.dump();
  std::string text =
      "POST /caption HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t begin = 0; begin < body.size(); begin += 4096) {
    const std::string chunk = body.substr(begin, 4096);
    std::ostringstream size;
    size << std::hex << chunk.size();
    text += size.str() + "\r\n" + chunk + "\r\n";
  }
  client.Send(text + "0\r\n\r\n");
  EXPECT_EQ(client.Receive().Json()["caption"], Caption());
}

TEST_F(ServeTest, ManyClientsGetWhatEachWouldGetAlone) {
  const std::string alone = server()
                                .Post("/v1/chat/completions", Chat(json::array({ImagePart()})))
                                .Json()["choices"][0]["message"]["content"];
  std::vector<std::string> texts(12);
  std::vector<std::thread> threads;
  for (std::string& text : texts) {
    threads.emplace_back([&] {
      const json reply =
          server().Post("/v1/chat/completions", Chat(json::array({ImagePart()}))).Json();
      text = reply["choices"][0]["message"]["content"];
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : texts) EXPECT_EQ(text, alone);
}

TEST(ServeLifeTest, KeysGuardEverythingButHealth) {
  const TestFolder folder;
  const std::string keys = folder.Write("keys", "# mine\nsixteen-or-more-1\nsixteen-or-more-2\n");
  const ServedEdgevlm server({"--keys-file", keys});
  EXPECT_EQ(server.Get("/health").status, 200);
  for (const char* path : {"/", "/metrics", "/v1/models", "/docs", "/nowhere"}) {
    EXPECT_EQ(server.Get(path).status, 401) << path;
    EXPECT_NE(server.Request("GET", path, "Authorization: Bearer sixteen-or-more-2\r\n").status,
              401);
  }
  EXPECT_EQ(server.Request("GET", "/", "X-Api-Key: sixteen-or-more-1\r\n").status, 200);
  const std::string basic = "Authorization: Basic " + Base64("me:sixteen-or-more-1") + "\r\n";
  EXPECT_EQ(server.Request("GET", "/", basic).status, 200);
  for (const char* wrong : {"sixteen-or-more-", "sixteen-or-more-11", "x", "# mine"}) {
    EXPECT_EQ(server.Request("GET", "/", std::string("X-Api-Key: ") + wrong + "\r\n").status, 401);
  }
  EXPECT_EQ(server.Request("GET", "/", "X-Api-Key: " + std::string(8000, 'k') + "\r\n").status,
            401);
  EXPECT_EQ(server.Get("/health").Json()["needs_key"], true);
}

// It has status 401, reveals nothing about the server, and does not trigger the browser's own
// prompt.
TEST(ServeLifeTest, BrowsersWithoutAKeyGetTheLoginPage) {
  const TestFolder folder;
  const ServedEdgevlm server({"--keys-file", folder.Write("keys", "sixteen-or-more-1\n")});
  for (const char* path : {"/", "/docs"}) {
    const HttpReply page = server.Request("GET", path, "Accept: text/html\r\n");
    EXPECT_EQ(page.status, 401);
    EXPECT_THAT(page.headers.at("content-type"), StartsWith("text/html"));
    EXPECT_THAT(page.headers.at("www-authenticate"), StartsWith("Bearer"));
  }
  EXPECT_EQ(server.Get("/page/app.js").status, 200);
  const HttpReply stats = server.Request("GET", "/metrics", "Accept: text/html\r\n");
  EXPECT_EQ(stats.status, 401);
  EXPECT_THAT(stats.headers.at("www-authenticate"), StartsWith("Basic"));
}

TEST(ServeLifeTest, RejectsPagesOfOtherOriginsUntilAllowed) {
  const char* foreign = "Origin: https://evil.example\r\n";
  const ServedEdgevlm closed;
  EXPECT_EQ(closed.Request("GET", "/health", foreign).status, 403);
  EXPECT_EQ(closed.Request("OPTIONS", "/caption", foreign).status, 403);
  EXPECT_EQ(closed.Request("GET", "/health", "Origin: http://localhost\r\n").status, 200);
  const ServedEdgevlm open({"--cors-origins", "https://evil.example"});
  const HttpReply preflight = open.Request("OPTIONS", "/caption", foreign);
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.headers.at("access-control-allow-origin"), "https://evil.example");
  EXPECT_EQ(open.Request("GET", "/health", foreign).headers.at("access-control-allow-origin"),
            "https://evil.example");
}

TEST(ServeLifeTest, RejectsForeignHostNames) {
  const ServedEdgevlm server({"--host-names", "camera.example"});
  const auto status = [&](const std::string& host) {
    Client client = server.Connect();
    client.Send("GET /health HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return client.Receive().status;
  };
  EXPECT_EQ(status("evil.example"), 421);
  EXPECT_EQ(status("camera.example:80"), 200);
  EXPECT_EQ(status("127.0.0.1:8080"), 200);
  EXPECT_EQ(status("[::1]:8080"), 200);
}

}  // namespace
}  // namespace edgevlm
