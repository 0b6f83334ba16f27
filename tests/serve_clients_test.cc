// edgevlm serve with the requests of published programs (tests/data/clients/requests.jsonl).
//
// Each line is one request and what must hold of its response: "status" (200 if left out), "has"
// (paths in the body that must exist), "equals" (paths and their values), "refused" (the field that
// an error names), "streams" (lines that come in this order, among others: paths in JSON with their
// values, or the whole line) and "events" (the same, of names of server-sent events). "server":
// "chat" has a text model with a chat template. "$M" is the model's name, "$I" an image, "$U" its
// data URI, "$H" and "$Q" short conversations, "$P" one with an image in Ollama's form, "$K" a
// tool.
#include <gmock/gmock.h>

#include <fstream>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class ServeClientsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new ServedEdgevlm;
    const TestFolder folder;
    chat_server_ = new ServedEdgevlm({"-m", WriteLongText(folder), "--model-name", "edgevlm"});
  }
  static void TearDownTestSuite() {
    delete server_;
    delete chat_server_;
  }
  static const ServedEdgevlm& ServerFor(const json& record) {
    return record.value("server", "") == "chat" ? *chat_server_ : *server_;
  }

 private:
  static ServedEdgevlm* server_;
  static ServedEdgevlm* chat_server_;
};
ServedEdgevlm* ServeClientsTest::server_ = nullptr;
ServedEdgevlm* ServeClientsTest::chat_server_ = nullptr;

json UserSays(const std::string& text) { return {{{"role", "user"}, {"content", text}}}; }

// The value that a placeholder stands for, as in the comment above.
json Placeholder(const std::string& text) {
  const std::string image = PngImage();
  if (text == "$I") return Base64(image);
  if (text == "$U") return DataUri(image);
  if (text == "$H") return UserSays("Say hi");
  if (text == "$Q") return UserSays("time?");
  if (text == "$P") {
    json messages = UserSays("what?");
    messages[0]["images"] = {Base64(image)};
    return messages;
  }
  if (text == "$K") {
    // A model with random weights does not end a text by itself.
    const json zone = {{"type", "object"},
                       {"properties", {{"zone", {{"type", "string"}, {"maxLength", 3}}}}},
                       {"required", {"zone"}}};
    return {{{"type", "function"},
             {"function", {{"name", "get_time"}, {"description", "clock"}, {"parameters", zone}}}}};
  }
  std::string whole = text;
  if (const auto at = whole.find("$M"); at != std::string::npos) whole.replace(at, 2, "edgevlm");
  return whole;
}

json Filled(const json& value) {
  if (value.is_string()) return Placeholder(value.get<std::string>());
  json filled = value;
  if (value.is_structured()) {
    for (json& inner : filled) inner = Filled(inner);
  }
  return filled;
}

// The value at "a.0.b". Null: there is none.
const json* At(const json& value, std::string_view path) {
  const json* at = &value;
  while (!path.empty()) {
    const std::string name(path.substr(0, path.find('.')));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    if (at->is_array()) {
      const auto index = static_cast<std::size_t>(std::stoi(name));
      if (index >= at->size()) return nullptr;
      at = &(*at)[index];
    } else {
      if (!at->is_object() || !at->contains(name)) return nullptr;
      at = &(*at)[name];
    }
  }
  return at;
}

std::vector<std::string> SplitLines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Whether `line` is this text behind `prefix`, or an object with these values.
bool IsExpected(const std::string& line, const json& expected, const std::string& prefix) {
  if (expected.is_string()) return line == prefix + expected.get<std::string>();
  const std::string text = line.starts_with("data: ") ? line.substr(6) : line;
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  for (const auto& [path, value] : expected.items()) {
    const json* found = object.is_object() ? At(object, path) : nullptr;
    if (found == nullptr || *found != value) return false;
  }
  return true;
}

void ExpectInOrder(const std::string& body, const json& expected, const std::string& prefix) {
  std::size_t found = 0;
  for (const std::string& line : SplitLines(body)) {
    if (found < expected.size() && IsExpected(line, expected[found], prefix)) ++found;
  }
  EXPECT_EQ(found, expected.size()) << "missing: " << expected[found] << "\n" << body;
}

void ExpectAsRecorded(const json& record, const HttpReply& reply) {
  ASSERT_EQ(reply.status, record.value("status", 200)) << reply.body;
  if (record.contains("streams")) return ExpectInOrder(reply.body, record["streams"], "");
  if (record.contains("events")) return ExpectInOrder(reply.body, record["events"], "event: ");
  const json body = reply.Json();
  if (record.contains("refused")) {
    const std::string field = record["refused"];
    if (body["error"].is_string()) {
      EXPECT_THAT(body["error"].get<std::string>(), HasSubstr(field + ": "));
    } else {
      EXPECT_EQ(body["error"]["param"], field) << reply.body;
    }
  }
  for (const std::string path : record.value("has", json::array())) {
    EXPECT_NE(At(body, path), nullptr) << path << "\n" << reply.body;
  }
  const json expected = record.value("equals", json::object());
  for (const auto& [path, value] : expected.items()) {
    const json* found = At(body, path);
    EXPECT_TRUE(found != nullptr && *found == Filled(value)) << path << "\n" << reply.body;
  }
}

TEST_F(ServeClientsTest, AnswersTheRecordedRequests) {
  std::ifstream file(DataPath("clients/requests.jsonl"));
  int count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const json record = json::parse(line);
    SCOPED_TRACE(record["name"]);
    const std::string path = Filled(record["path"]);
    const HttpReply reply = record.value("method", "POST") == "GET"
                                ? ServerFor(record).Get(path)
                                : ServerFor(record).Post(path, Filled(record["body"]));
    ExpectAsRecorded(record, reply);
  }
  EXPECT_GE(count, 42);
}

TEST_F(ServeClientsTest, WrongMessagesOfMcpAreErrorsOfTheirKind) {
  const auto post = [](const json& more, const std::string& headers = "") {
    json message = {{"jsonrpc", "2.0"}, {"id", 5}, {"method", "tools/call"}};
    message.update(more);
    return ServerFor(json::object())
        .Request("POST", "/mcp", "Content-Type: application/json\r\n" + headers, message.dump());
  };
  EXPECT_EQ(
      ServerFor(json::object()).Post("/mcp", {{"method", "notifications/initialized"}}).status,
      202);
  EXPECT_EQ(ServerFor(json::object()).Get("/mcp").status, 405);
  EXPECT_EQ(post({{"method", "resources/list"}}).Json()["error"]["code"], -32601);
  EXPECT_EQ(post({{"params", {{"name", "delete"}}}}).Json()["error"]["code"], -32602);
  EXPECT_EQ(post({{"jsonrpc", "1.0"}}).Json()["error"]["code"], -32600);
  EXPECT_EQ(post({{"id", {1}}}).status, 400);
  EXPECT_EQ(post(json::object(), "MCP-Protocol-Version: 1999-01-01\r\n").Json()["error"]["code"],
            -32000);
  EXPECT_EQ(ServerFor(json::object()).Post("/mcp", json::array()).Json()["error"]["code"], -32700);
  // Errors of tools are results, which the calling model reads.
  for (const json& params : {json{{"name", "ask"}}, json{{"name", "describe"}, {"arguments", 1}},
                             json{{"name", "describe"}, {"arguments", {{"image", "no image"}}}}}) {
    const HttpReply reply = post({{"params", params}});
    EXPECT_EQ(reply.status, 200) << params;
    EXPECT_EQ(reply.Json()["id"], 5);
    EXPECT_EQ(reply.Json()["result"]["isError"], true) << reply.body;
  }
}

}  // namespace
}  // namespace edgevlm
