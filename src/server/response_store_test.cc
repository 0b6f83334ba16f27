#include "server/response_store.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

constexpr std::size_t kKibibyte = 1024;

StoredResponse Sized(std::size_t bytes, const std::string& scope = "") {
  return {.scope = scope, .messages = {}, .object = std::string(bytes, 'x')};
}

TEST(ResponseStore, FindsWithinTheScope) {
  ResponseStore store(100 * kKibibyte);
  store.Add("a", Sized(1, "key"));
  EXPECT_NE(store.Find("a", "key"), nullptr);
  EXPECT_EQ(store.Find("a", ""), nullptr);
  EXPECT_EQ(store.Find("b", "key"), nullptr);
  EXPECT_FALSE(store.Erase("a", "other"));
  EXPECT_TRUE(store.Erase("a", "key"));
  EXPECT_FALSE(store.Erase("a", "key"));
  EXPECT_EQ(store.Find("a", "key"), nullptr);
}

TEST(ResponseStore, DropsTheOneUsedLongestAgo) {
  ResponseStore store(35 * kKibibyte);
  for (const char* id : {"a", "b", "c"}) store.Add(id, Sized(10 * kKibibyte));
  EXPECT_NE(store.Find("a", ""), nullptr);
  store.Add("d", Sized(10 * kKibibyte));
  EXPECT_EQ(store.Find("b", ""), nullptr);
  for (const char* id : {"a", "c", "d"}) EXPECT_NE(store.Find(id, ""), nullptr) << id;
  store.Add("e", Sized(30 * kKibibyte));
  for (const char* id : {"a", "c", "d"}) EXPECT_EQ(store.Find(id, ""), nullptr) << id;
}

TEST(ResponseStore, KeepsNothingLargerThanItself) {
  ResponseStore store(10 * kKibibyte);
  store.Add("a", Sized(1));
  store.Add("b", Sized(10 * kKibibyte));
  EXPECT_NE(store.Find("a", ""), nullptr);
  EXPECT_EQ(store.Find("b", ""), nullptr);
  ResponseStore none(0);
  none.Add("a", Sized(0));
  EXPECT_EQ(none.Find("a", ""), nullptr);
}

TEST(ResponseStore, CountsTextsAndImages) {
  for (const bool is_image : {false, true}) {
    ResponseStore store(10 * kKibibyte);
    const std::string bytes(9 * kKibibyte, 'x');
    RequestPart part;
    if (is_image) {
      part.image = std::make_shared<const std::string>(bytes);
    } else {
      part.text = bytes;
    }
    store.Add("a", {.scope = "", .messages = {{.parts = {part}}}, .object = ""});
    EXPECT_NE(store.Find("a", ""), nullptr);
    store.Add("b", {.scope = "", .messages = {{.parts = {part, part}}}, .object = ""});
    EXPECT_EQ(store.Find("b", ""), nullptr);
  }
}

// Empty ones are bounded too.
TEST(ResponseStore, BoundsTheirNumber) {
  ResponseStore store(10 * kKibibyte);
  for (int i = 0; i < 1000; ++i) store.Add(std::to_string(i), Sized(0));
  int kept = 0;
  for (int i = 0; i < 1000; ++i) kept += store.Find(std::to_string(i), "") != nullptr ? 1 : 0;
  EXPECT_GT(kept, 0);
  EXPECT_LE(kept, 20);
}

}  // namespace
}  // namespace edgevlm
