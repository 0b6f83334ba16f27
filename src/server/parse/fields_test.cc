#include "server/parse/fields.h"

#include <gmock/gmock.h>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Fields, ReadsFields) {
  const Json object = {{"whole", 5},  {"number", 0.5},       {"bool", true},
                       {"text", "x"}, {"texts", {"a", "b"}}, {"none", nullptr}};
  Problem problem;
  Fields fields(object, "", problem);
  EXPECT_EQ(fields.Whole("whole", {0, 5}, 1), 5);
  EXPECT_EQ(fields.Number("number", {0, 1}, 1), 0.5);
  EXPECT_EQ(fields.Bool("bool", false), true);
  EXPECT_EQ(fields.Text("text", ""), "x");
  EXPECT_THAT(fields.Texts("texts", 2), ElementsAre("a", "b"));
  EXPECT_THAT(fields.Texts("text", 2), ElementsAre("x"));
  EXPECT_EQ(fields.Whole("none", {0, 5}, 3), 3);
  EXPECT_EQ(fields.Text("missing", "fallback"), "fallback");
  EXPECT_FALSE(problem);
}

TEST(Fields, WholeNumbersMayBeWrittenAsFloats) {
  const Json object = {{"a", 5.0}, {"b", -2.0}, {"c", 1e15}};
  Problem problem;
  Fields fields(object, "", problem);
  EXPECT_EQ(fields.Whole("a", {0, 5}, 1), 5);
  EXPECT_EQ(fields.Whole("b", {-2, 5}, 1), -2);
  EXPECT_EQ(fields.Whole("c", {0, INT64_MAX}, 1), 1'000'000'000'000'000);
  EXPECT_FALSE(problem);
  EXPECT_EQ(fields.Whole("b", {-1, INT64_MAX}, 1), 1);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->message, "b: expected a whole number of at least -1, found -2.0");
}

TEST(Fields, KeepsTheFirstProblem) {
  const Json object = {{"a", "x"}, {"b", -1}};
  Problem problem;
  Fields fields(object, "options", problem);
  EXPECT_EQ(fields.Whole("b", {0, 5}, 3), 3);
  EXPECT_EQ(fields.Text("a", "fallback"), "fallback");  // no further fields are read
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->param, "options.b");
  EXPECT_EQ(problem->message, "options.b: expected a whole number from 0 to 5, found -1");
}

TEST(Fields, RejectsOtherTypes) {
  const auto message = [](const Json& value, auto read) {
    const Json object = {{"x", value}};
    Problem problem;
    Fields fields(object, "", problem);
    read(fields);
    return problem ? problem->message : "";
  };
  const auto whole = [](Fields& fields) { fields.Whole("x", {INT64_MIN, INT64_MAX}, 0); };
  for (const Json& wrong : {Json(1.5), Json(1e19), Json(-1e300), Json("1"), Json(true),
                            Json(UINT64_MAX), Json::array()}) {
    EXPECT_THAT(message(wrong, whole), HasSubstr("x: expected a whole number")) << wrong;
  }
  EXPECT_THAT(message(1, [](Fields& f) { f.Bool("x", false); }), HasSubstr("true or false"));
  EXPECT_THAT(message(1, [](Fields& f) { f.Text("x", ""); }), HasSubstr("a text"));
  EXPECT_THAT(message(Json::array({"a", 1}), [](Fields& f) { f.Texts("x", 2); }),
              HasSubstr("at most 2 texts"));
  EXPECT_THAT(message(Json::array(), [](Fields& f) { f.Object("x"); }), HasSubstr("an object"));
  EXPECT_THAT(message(Json::object(), [](Fields& f) { f.List("x"); }), HasSubstr("a list"));
}

TEST(Fields, MessagesStayShort) {
  const Json object = {{"x", std::string(100'000, 'a')}};
  Problem problem;
  Fields fields(object, "", problem);
  fields.Whole("x", {0, 1}, 0);
  EXPECT_LT(problem->message.size(), 100u);
}

TEST(Fields, RejectsAValueThatIsNoObject) {
  const Json list = Json::array();
  Problem problem;
  Fields fields(list, "messages[0]", problem);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->param, "messages[0]");
  EXPECT_EQ(fields.Any("x"), nullptr);
}

}  // namespace
}  // namespace edgevlm
