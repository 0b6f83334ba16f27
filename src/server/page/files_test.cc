#include "server/page/files.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "base/ascii.h"
#include "server/route.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(FindPageFile, KnowsNamesAndTypes) {
  EXPECT_EQ(FindPageFile("app.js")->type, "text/javascript; charset=utf-8");
  EXPECT_THAT(std::string(FindPageFile("index.html")->bytes), HasSubstr("</html>"));
  EXPECT_TRUE(FindPageFile("icon.svg")->bytes.starts_with("<svg"));
  for (const char* none : {"", "app", "app.j", "app.jss", "files.S", "../page/app.js"}) {
    EXPECT_FALSE(FindPageFile(none)) << none;
  }
}

// The pages' Content-Security-Policy would block it.
TEST(FindPageFile, PagesHaveNothingInline) {
  for (const char* name : {"index.html", "docs.html"}) {
    const std::string html(FindPageFile(name)->bytes);
    EXPECT_THAT(html, Not(HasSubstr("<style"))) << name;
    EXPECT_THAT(html, Not(HasSubstr("style="))) << name;
    EXPECT_THAT(html, Not(HasSubstr("://"))) << name;
    EXPECT_THAT(html, Not(HasSubstr("<script>"))) << name;
  }
}

// The description has exactly the endpoints of the routes.
TEST(OpenApi, DescribesTheRoutes) {
  std::set<std::string> described;
  const json paths = json::parse(FindPageFile("openapi.json")->bytes)["paths"];
  for (const auto& [path, methods] : paths.items()) {
    for (const auto& [method, operation] : methods.items()) {
      described.insert(method + " " + path.substr(0, path.find('{')));
      EXPECT_TRUE(operation["x-codeSamples"].is_array()) << path;
    }
  }
  std::set<std::string> routes = {"get /ws"};  // not a route, but another protocol
  for (const Route& route : Routes()) {
    std::string path(route.path);
    if (path.ends_with("/*")) path.pop_back();
    routes.insert(ToLowerAscii(route.method) + " " + path);
  }
  EXPECT_EQ(described, routes);
}

TEST(OpenApi, IsOfThisVersion) {
  EXPECT_EQ(json::parse(FindPageFile("openapi.json")->bytes)["info"]["version"], Version());
}

TEST(OpenApi, MarksEndpointsWithoutKeys) {
  const json paths = json::parse(FindPageFile("openapi.json")->bytes)["paths"];
  for (const Route& route : Routes()) {
    std::string path(route.path);
    if (path.ends_with("/*")) {
      const std::string name = path == "/page/*"        ? "{file}"
                               : path == "/v1/models/*" ? "{model}"
                                                        : "{id}";
      path.replace(path.size() - 1, 1, name);
    }
    const json& operation = paths[path][ToLowerAscii(route.method)];
    const bool is_open = operation.contains("security") && operation["security"].empty();
    EXPECT_EQ(is_open, !route.needs_key) << path;
  }
}

}  // namespace
}  // namespace edgevlm
