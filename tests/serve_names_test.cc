// edgevlm serve: the paths and names that clients use for it and its model.
#include <gmock/gmock.h>

#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

class ServeNamesTest : public ::testing::Test {
 protected:
  int Status(const std::string& model) const {
    const json messages = {{{"role", "user"}, {"content", "hi"}}};
    return server_
        .Post("/v1/chat/completions", {{"model", model}, {"messages", messages}, {"max_tokens", 1}})
        .status;
  }

  const ServedEdgevlm server_{{"--model-aliases", "llava,org/model"}};
};

TEST_F(ServeNamesTest, PathsAreFoundWithAndWithoutTheirVersion) {
  for (const char* path : {"/models", "/v1/health", "/v1/props", "/readyz", "/v1/readyz"}) {
    EXPECT_EQ(server_.Get(path).status, 200) << path;
  }
  const json chat = {{"messages", {{{"role", "user"}, {"content", "hi"}}}}, {"max_tokens", 1}};
  EXPECT_EQ(server_.Post("/chat/completions", chat).status, 200);
  EXPECT_EQ(server_.Post("/v1/api/chat", chat).status, 200);
  EXPECT_EQ(server_.Post("/messages", chat).Json()["type"], "message");
  EXPECT_EQ(server_.Post("/messages", json::object()).Json()["type"], "error");
  EXPECT_EQ(server_.Post("/embeddings", {{"input", "a"}}).status, 200);
  for (const char* path : {"/v1", "/v1models", "/v2/models", "/v1/models/"}) {
    EXPECT_EQ(server_.Get(path).status, 404) << path;
  }
  EXPECT_EQ(server_.Get("/chat/completions").status, 405);
}

TEST_F(ServeNamesTest, TheModelHasAliases) {
  for (const char* name : {"edgevlm", "edgevlm:latest", "llava", "llava:7b", "org/model", "default",
                           "default:latest", ""}) {
    EXPECT_EQ(Status(name), 200) << name;
  }
  for (const char* name : {"llav", "llava-7b", "model", "org", ":latest:x", "gpt-4"}) {
    EXPECT_EQ(Status(name), 404) << name;
  }
  EXPECT_EQ(server_.Get("/v1/models/org/model").status, 200);
  EXPECT_EQ(server_.Get("/v1/models/org%2Fmodel%3Alatest").status, 200);
  EXPECT_EQ(server_.Get("/models/llava").status, 200);
  EXPECT_EQ(server_.Get("/v1/models/org%2").status, 404);
}

TEST_F(ServeNamesTest, AliasesAreListed) {
  const json card = server_.Get("/v1/models").Json()["data"][0];
  EXPECT_THAT(card["aliases"], ElementsAre("llava", "org/model"));
  std::vector<std::string> names;
  const json tags = server_.Get("/api/tags").Json();
  for (const json& model : tags["models"]) names.push_back(model["name"]);
  EXPECT_THAT(names, ElementsAre("edgevlm:latest", "llava:latest", "org/model:latest"));
  EXPECT_EQ(server_.Post("/api/show", {{"name", "llava"}}).status, 200);
  EXPECT_EQ(server_.Post("/api/show", {{"name", "nobody"}}).status, 404);
}

}  // namespace
}  // namespace edgevlm
