#include "eval/datasets/json_stream.h"

#include <gmock/gmock.h>

#include <sstream>

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Elements {
  std::vector<std::string> texts;
  std::string error;
};

Elements ReadElements(const std::string& text, const std::string& key) {
  Elements elements;
  std::istringstream in(text);
  const auto error = ReadJsonArray(in, "a.json", key, [&](const json& element) -> MaybeError {
    elements.texts.push_back(element.dump());
    if (element == "stop") return Error{ErrorCode::kCorrupt, "stopped"};
    return {};
  });
  if (error) elements.error = error->message;
  return elements;
}

TEST(ReadJsonArray, ReadsOnlyTheArray) {
  const std::string text =
      R"({"info": {"list": [1, 2], "x": [[3]]}, "list": [{"a": [1, {"b": null}], "list": [9]},)"
      R"( 2.5, [true, []], "x", {}], "other": ["y"]})";
  const Elements elements = ReadElements(text, "list");
  EXPECT_EQ(elements.error, "");
  EXPECT_THAT(elements.texts, ElementsAre(R"({"a":[1,{"b":null}],"list":[9]})", "2.5", "[true,[]]",
                                          R"("x")", "{}"));
}

TEST(ReadJsonArray, ReadsAnArrayThatIsTheFile) {
  EXPECT_THAT(ReadElements("[[1], 2]", "").texts, ElementsAre("[1]", "2"));
  EXPECT_EQ(ReadElements("[]", "").error, "");
}

TEST(ReadJsonArray, NamesTheError) {
  EXPECT_EQ(ReadElements("{}", "list").error,
            "a.json: expected an object with the array 'list', found none");
  EXPECT_EQ(ReadElements("{\"list\": 5}", "list").error,
            "a.json: expected an object with the array 'list', found none");
  EXPECT_EQ(ReadElements("{}", "").error, "a.json: expected an array, found none");
  EXPECT_EQ(ReadElements("[1, x]", "").error,
            "a.json: byte 5: expected JSON, found something else or the end");
  EXPECT_EQ(ReadElements(R"([1, "stop", 2])", "").error, "a.json: element 2: stopped");
}

TEST(ReadJsonArray, KeepsToItsLimits) {
  const std::string long_text(kMaxJsonElementBytes, 'x');
  EXPECT_THAT(ReadElements("[1, \"" + long_text + "\"]", "").error,
              HasSubstr("element 1: expected the next one to be at most 4194304 bytes"));
  EXPECT_THAT(ReadElements("{\"" + long_text + "\": 1}", "list").error, HasSubstr("at most"));
  EXPECT_THAT(ReadElements(std::string(100'000, '['), "").error, HasSubstr("64 deep"));
  // The budget is that of one element.
  std::string many = "[1";
  for (int i = 0; i < 20; ++i) many += ",\"" + long_text.substr(0, 1 << 18) + "\"";
  EXPECT_EQ(ReadElements(many + "]", "").texts.size(), 21u);
}

TEST(ReadJsonArray, SurvivesEveryCut) {
  const std::string whole = R"({"a": [1], "list": [{"b": ["c", 1e3]}, null], "d": {}})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(ReadElements(whole.substr(0, length), "list").error, "") << length;
  }
}

TEST(ReadJsonLines, CountsLines) {
  std::istringstream in("{\"a\": 1}\n\n  \r\n{\"a\": \n");
  int elements = 0;
  const auto error = ReadJsonLines(in, "a.json", [&](const json&) -> MaybeError {
    ++elements;
    return {};
  });
  EXPECT_EQ(elements, 1);
  EXPECT_EQ(error->message, "a.json: line 4: expected JSON");
  std::istringstream last_line(std::string(2 << 20, 'x'));
  EXPECT_EQ(ReadJsonLines(last_line, "a", [](const json&) { return MaybeError(); })->code,
            ErrorCode::kTooLarge);
}

TEST(JsonFields, ReadsTextsAndNumbers) {
  const json object = json::parse(R"({"a": "x", "b": 12, "c": ["y", 3], "d": [{"e": "z"}]})");
  JsonFields fields(object);
  EXPECT_EQ(fields.Text("a"), "x");
  EXPECT_EQ(fields.Text("b"), "12");
  EXPECT_EQ(fields.TextOr("none", "o"), "o");
  EXPECT_THAT(fields.Texts("c"), ElementsAre("y", "3"));
  EXPECT_THAT(fields.Texts("d", "e"), ElementsAre("z"));
  ASSERT_FALSE(fields.error());
  fields.Text("f");
  fields.Texts("a");
  EXPECT_EQ(fields.error()->message, "f: expected a text, found nothing");
}

TEST(JsonFields, RejectsOtherTypes) {
  const auto error_of = [](const char* text, const auto& read) {
    const json object = json::parse(text);
    JsonFields fields(object);
    read(fields);
    return fields.error() ? fields.error()->message : "none";
  };
  EXPECT_EQ(error_of("[]", [](JsonFields& f) { f.Text("a"); }), "expected an object");
  EXPECT_EQ(error_of(R"({"a": 1.5})", [](JsonFields& f) { f.Text("a"); }),
            "a: expected a text or a whole number");
  EXPECT_EQ(error_of(R"({"a": [1]})", [](JsonFields& f) { f.Texts("a", "b"); }),
            "a: expected objects with 'b'");
}

}  // namespace
}  // namespace edgevlm
