// edgevlm serve with the requests of published programs (tests/data/clients/requests.jsonl).
//
// Each line is one request and what must hold of its response: "status" (200 if left out), "has"
// (paths in the body that must exist), "equals" (paths and their values), "refused" (the field that
// an error names), "streams" (lines of JSON that come in this order, among others) and "events"
// (the same, of names of server-sent events). "$M" is the model's name, "$I" an image, "$U" its
// data URI,
// "$H" and "$Q" short conversations, "$P" one with an image in Ollama's form, "$K" a tool.
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
  static void SetUpTestSuite() { server_ = new ServedEdgevlm; }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeClientsTest::server_ = nullptr;

json UserSays(const std::string& text) { return {{{"role", "user"}, {"content", text}}}; }

// The value that a placeholder stands for, as in the comment above.
json Placeholder(const std::string& text) {
  const std::string image = PngImage();
  if (text == "$I") return Base64(image);
  if (text == "$U") return DataUri(image);
  if (text == "$H") return UserSays("hi");
  if (text == "$Q") return UserSays("time?");
  if (text == "$P") {
    json messages = UserSays("what?");
    messages[0]["images"] = {Base64(image)};
    return messages;
  }
  if (text == "$K") {
    const json zone = {{"type", "object"},
                       {"properties", {{"zone", {{"type", "string"}}}}},
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

// Whether `line` is an event of this name, or an object with these members.
bool IsExpected(const std::string& line, const json& expected) {
  if (expected.is_string()) return line == "event: " + expected.get<std::string>();
  const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  for (const auto& [name, value] : expected.items()) {
    if (!object.is_object() || !object.contains(name) || object[name] != value) return false;
  }
  return true;
}

void ExpectInOrder(const std::string& body, const json& expected) {
  std::size_t found = 0;
  for (const std::string& line : SplitLines(body)) {
    if (found < expected.size() && IsExpected(line, expected[found])) ++found;
  }
  EXPECT_EQ(found, expected.size()) << "missing: " << expected[found] << "\n" << body;
}

void ExpectAsRecorded(const json& record, const HttpReply& reply) {
  ASSERT_EQ(reply.status, record.value("status", 200)) << reply.body;
  if (record.contains("streams")) return ExpectInOrder(reply.body, record["streams"]);
  if (record.contains("events")) return ExpectInOrder(reply.body, record["events"]);
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
                                ? server().Get(path)
                                : server().Post(path, Filled(record["body"]));
    ExpectAsRecorded(record, reply);
  }
  EXPECT_GE(count, 39);
}

}  // namespace
}  // namespace edgevlm
