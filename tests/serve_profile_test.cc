// Where the time of requests to edgevlm serve goes: timings and profile.
#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ServeProfileTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm({"--profile"}); }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeProfileTest::server_ = nullptr;

TEST_F(ServeProfileTest, RepliesHaveTheTimingsOfVllm) {
  const json image = {{"image", Base64(PpmImage())}};
  const json body = server().Post("/caption", image).Json();
  const json& timings = body["timings"];
  const double e2e = timings["e2e_ms"], ttft = timings["ttft_ms"], tpot = timings["tpot_ms"];
  EXPECT_EQ(e2e, timings["total_ms"]);
  EXPECT_NEAR(e2e, ttft + tpot * (body["usage"]["completion_tokens"].get<int>() - 1), 1e-6);
  EXPECT_EQ(timings["encoder_forward_ms"], timings["encode_ms"]);
  EXPECT_GT(timings["itl_ms"]["p50"], 0);
  EXPECT_LE(timings["itl_ms"]["p99"], timings["itl_ms"]["max"]);
  json short_caption = image;
  short_caption["max_tokens"] = 1;
  const json one = server().Post("/caption", short_caption).Json()["timings"];
  EXPECT_TRUE(one.contains("ttft_ms"));
  EXPECT_FALSE(one.contains("tpot_ms"));
  EXPECT_FALSE(one.contains("itl_ms"));
}

const json* Find(const json& nodes, std::string_view name) {
  for (const json& node : nodes) {
    if (node["name"] == name) return &node;
  }
  return nullptr;
}

TEST_F(ServeProfileTest, AddsUpAllRequests) {
  const json before = server().Get("/profile").Json();
  ASSERT_EQ(before["format"], "edgevlm profile");
  EXPECT_GT(before["machine"]["limits"]["memory"], 0);
  constexpr int kRequests = 6;
  std::vector<std::thread> clients;
  for (int i = 0; i < kRequests; ++i) {
    clients.emplace_back([i] {
      json request = {{"image", Base64(PpmImage())}, {"max_tokens", 3}};
      if (i % 2 == 0) request["question"] = "how many things are there, secretly?";
      EXPECT_EQ(server().Post(i % 2 == 0 ? "/vqa" : "/caption", request).status, 200);
      EXPECT_EQ(server().Get("/profile").status, 200) << "while others run";
    });
  }
  for (std::thread& client : clients) client.join();
  const HttpReply reply = server().Get("/profile");
  const json after = reply.Json();
  EXPECT_EQ(after["summed_requests"], before["summed_requests"].get<int>() + kRequests);
  for (const char* name : {"image", "vision_tower", "prefill", "decode"}) {
    ASSERT_NE(Find(after["modules"], name), nullptr) << name;
  }
  EXPECT_GT((*Find(after["modules"], "prefill"))["roofline_share"], 0);
  EXPECT_EQ(reply.body.find("secretly"), std::string::npos) << "no text of a request";
}

TEST_F(ServeProfileTest, HasTheFormatsOfTheCommand) {
  EXPECT_EQ(server().Post("/caption", {{"image", Base64(PpmImage())}}).status, 200);
  const auto get = [](const char* format) {
    const HttpReply reply = server().Get(std::string("/profile?format=") + format);
    EXPECT_EQ(reply.status, 200) << format;
    EXPECT_EQ(reply.headers.at("cache-control"), "no-store");
    return reply;
  };
  EXPECT_EQ(get("json").headers.at("content-type"), "application/json");
  EXPECT_EQ(get("table").headers.at("content-type"), "text/plain; charset=utf-8");
  EXPECT_THAT(get("table").body, HasSubstr("<- bottleneck"));
  EXPECT_EQ(get("csv").headers.at("content-type"), "text/csv; charset=utf-8");
  EXPECT_THAT(get("csv").body, StartsWith("module,calls,"));
  EXPECT_THAT(get("stacks").body, HasSubstr("vision_tower;"));
  EXPECT_TRUE(get("trace").Json()["traceEvents"].is_array());
  const HttpReply page = get("html");
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  // The header permits what the page's own policy permits: a browser applies both.
  const std::string policy = page.headers.at("content-security-policy");
  const std::string own_begin = "http-equiv=\"Content-Security-Policy\" content=\"";
  const std::size_t own = page.body.find(own_begin) + own_begin.size();
  const std::string own_policy = page.body.substr(own, page.body.find('"', own) - own);
  EXPECT_EQ(policy, own_policy + "; frame-ancestors 'none'");
  EXPECT_EQ(server().Get("/profile?a=b&format=csv&c").headers.at("content-type"),
            "text/csv; charset=utf-8");
  for (const char* query : {"format=pdf", "format=", "format"}) {
    const HttpReply wrong = server().Get(std::string("/profile?") + query);
    EXPECT_EQ(wrong.status, 400) << query;
    EXPECT_EQ(wrong.Json()["error"]["param"], "format") << query;
  }
}

TEST(ServeProfile, NeedsTheOption) {
  const ServedEdgevlm server;
  const HttpReply reply = server.Get("/profile");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.Json()["error"]["message"],
            "profile: expected a server that was started with --profile");
}

TEST(ServeProfile, IsASettingAndNeedsTheKey) {
  const TestFolder folder;
  const std::string keys = folder.Write("keys", "sixteen-or-more-1\n");
  const std::string config = folder.Write("c.yaml", "metrics:\n  profile: true\n");
  const ServedEdgevlm server({"--config", config, "--keys-file", keys});
  EXPECT_EQ(server.Get("/profile").status, 401);
  const std::string key = "X-Api-Key: sixteen-or-more-1\r\n";
  EXPECT_EQ(server.Request("GET", "/profile", key).status, 200);
  EXPECT_EQ(server.Request("GET", "/profile?format=table", key).body, "no requests yet\n");
}

}  // namespace
}  // namespace edgevlm
