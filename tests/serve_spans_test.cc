// edgevlm serve --spans: a line of OTLP JSON for each request.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <vector>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""s;
using ::testing::HasSubstr;

constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr const char* kCaller = "00f067aa0ba902b7";

std::string Traceparent(const std::string& value) { return "traceparent: " + value + "\r\n"; }

// The spans of each line.
std::vector<json> ReadSpans(const std::string& path) {
  std::ifstream file(path);
  std::vector<json> all;
  for (std::string line; std::getline(file, line);) {
    const json object = json::parse(line, nullptr, false);
    EXPECT_TRUE(object.is_object()) << line;
    all.push_back(object["resourceSpans"][0]["scopeSpans"][0]["spans"]);
  }
  return all;
}

json AttributeOf(const json& span, std::string_view key) {
  for (const json& attribute : span["attributes"]) {
    if (attribute["key"] == key) return attribute["value"].begin().value();
  }
  return {};
}

TEST(ServeSpans, DescribesEachRequest) {
  const TestFolder folder;
  const std::string path = folder.Path("spans.jsonl");
  ServedEdgevlm server({"--spans", path});
  const json request = {{"image", Base64(PpmImage())}, {"question", "what is this?"}};
  const std::string type = "Content-Type: application/json\r\n";
  const std::string good = std::string("00-") + kTrace + "-" + kCaller + "-01";
  const json reply =
      server.Request("POST", "/vqa", type + Traceparent(good), request.dump()).Json();
  EXPECT_EQ(server.Request("POST", "/vqa", type + Traceparent(good + "-1"), request.dump()).status,
            200);
  json stream = request;
  stream["stream"] = true;
  EXPECT_EQ(server.Post("/caption", stream).status, 200);
  EXPECT_EQ(server.Post("/vqa", json::object()).status, 400) << "never queued";
  EXPECT_EQ(server.Get("/health").status, 200);
  server.Signal(SIGTERM);
  EXPECT_EQ(server.ExitCode(5s), 0);

  const std::vector<json> spans = ReadSpans(path);
  ASSERT_EQ(spans.size(), 3u);
  const json& root = spans[0][0];
  EXPECT_EQ(root["name"], "POST /vqa");
  EXPECT_EQ(root["traceId"], kTrace);
  EXPECT_EQ(root["parentSpanId"], kCaller);
  EXPECT_EQ(AttributeOf(root, "gen_ai.response.id"), reply["request_id"]);
  EXPECT_EQ(AttributeOf(root, "gen_ai.response.model"), reply["model"]);
  EXPECT_EQ(AttributeOf(root, "gen_ai.usage.input_tokens"), reply["usage"]["prompt_tokens"].dump());
  EXPECT_EQ(AttributeOf(root, "gen_ai.usage.output_tokens"),
            reply["usage"]["completion_tokens"].dump());
  EXPECT_EQ(AttributeOf(root, "edgevlm.image_tokens"), reply["image_tokens"].dump());
  const auto time = [](const json& span, const char* field) {
    return std::stoll(span[field].get<std::string>());
  };
  std::map<std::string, double> duration_ms;
  for (const json& span : spans[0]) {
    EXPECT_GE(time(span, "startTimeUnixNano"), time(root, "startTimeUnixNano")) << span["name"];
    EXPECT_LE(time(span, "endTimeUnixNano"), time(root, "endTimeUnixNano")) << span["name"];
    duration_ms[span["name"]] =
        static_cast<double>(time(span, "endTimeUnixNano") - time(span, "startTimeUnixNano")) / 1e6;
  }
  for (const char* stage : {"prefill", "encoder_forward", "preprocess"}) {
    const double expected = reply["timings"][stage + std::string("_ms")];
    EXPECT_NEAR(duration_ms[stage], expected, 1e-3) << stage;
  }
  EXPECT_FALSE(spans[1][0].contains("parentSpanId")) << "a malformed traceparent";
  EXPECT_NE(spans[1][0]["traceId"], kTrace);
  EXPECT_EQ(spans[2][0]["name"], "POST /caption");
  EXPECT_EQ(AttributeOf(spans[2][0], "http.response.status_code"), "200");
}

TEST(ServeSpans, AFullDiskFailsNoRequest) {
  const ServedEdgevlm server({"--spans", "/dev/full"});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(server.Post("/caption", {{"image", Base64(PpmImage())}}).status, 200);
  }
  const std::string errors = server.Errors();
  EXPECT_THAT(errors, HasSubstr("spans: /dev/full: cannot be written"));
  EXPECT_EQ(std::ranges::count(errors, '\n'), 1) << errors;
}

TEST(ServeSpans, ReportsAFileThatCannotBeOpened) {
  const Outcome outcome = RunEdgevlm({"serve", "--port", "0", "--spans", "/nosuch/spans"});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_EQ(outcome.ErrorLines(), 1);
  EXPECT_THAT(outcome.errors, HasSubstr("/nosuch/spans: cannot be written"));
}

}  // namespace
}  // namespace edgevlm
