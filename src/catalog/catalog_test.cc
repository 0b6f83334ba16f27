#include "catalog/catalog.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "catalog/builtin_catalog.h"
#include "catalog/http_headers.h"
#include "catalog/testing/test_folder.h"
#include "catalog/url.h"
#include "digest/sha256.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json ValidEntry() {
  return {{"name", "tiny"},
          {"title", "Tiny"},
          {"family", "llama"},
          {"license", "MIT"},
          {"license_url", "https://example.org"},
          {"must_accept", false},
          {"memory_mb", 5},
          {"note", "none"},
          {"files",
           {{{"role", "model"},
             {"name", "tiny.gguf"},
             {"url", "https://example.org/tiny.gguf"},
             {"bytes", 10},
             {"sha256", nullptr}}}}};
}

Result<Catalog> Parse(const json& entry) {
  return ParseCatalog(json{{"models", json::array({entry})}}.dump());
}

TEST(Catalog, TheEmbeddedOneIsValid) {
  const auto catalog = ParseCatalog(BuiltinCatalog());
  ASSERT_TRUE(catalog) << catalog.error().message;
  EXPECT_GE(catalog->size(), 10u);
  for (const CatalogEntry& entry : *catalog) {
    for (const CatalogFile& file : entry.files) {
      EXPECT_EQ(CheckUrl(file.url, "", false), std::nullopt) << file.url;
      EXPECT_EQ(file.bytes.has_value(), file.sha256.has_value()) << file.url;
    }
  }
  const auto smol = FindEntry(*catalog, "smolvlm-256m-instruct");
  ASSERT_TRUE(smol) << smol.error().message;
  EXPECT_EQ(smol->bytes(), 278'824'384u);
}

TEST(Catalog, ReadsAnEntry) {
  const auto catalog = Parse(ValidEntry());
  ASSERT_TRUE(catalog) << catalog.error().message;
  EXPECT_EQ(catalog->at(0).files[0].bytes, 10u);
  EXPECT_EQ(catalog->at(0).files[0].sha256, std::nullopt);
  const auto missing = FindEntry(*catalog, "other");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("tiny"));
}

// All parts must be listed, in order.
TEST(Catalog, ReadsAModelInParts) {
  const auto with_files = [](const std::vector<std::pair<const char*, const char*>>& files) {
    json entry = ValidEntry();
    const json file = entry["files"][0];
    entry["files"] = json::array();
    for (const auto& [role, name] : files) {
      json one = file;
      one["role"] = role;
      one["name"] = name;
      entry["files"].push_back(one);
    }
    return Parse(entry);
  };
  const std::pair<const char*, const char*> part1{"model", "m-00001-of-00002.gguf"},
      part2{"model", "m-00002-of-00002.gguf"}, mmproj{"mmproj", "mmproj.gguf"};
  EXPECT_TRUE(with_files({part1, part2}));
  const auto catalog = with_files({part1, part2, mmproj});
  ASSERT_TRUE(catalog) << catalog.error().message;
  EXPECT_EQ(catalog->at(0).files.size(), 3u);
  EXPECT_EQ(catalog->at(0).bytes(), 30u);
  EXPECT_FALSE(with_files({part1}));
  EXPECT_FALSE(with_files({part2, part1}));
  EXPECT_FALSE(with_files({part1, part1}));
  EXPECT_FALSE(with_files({part1, {"model", "n-00002-of-00002.gguf"}}));
  EXPECT_FALSE(with_files({{"model", "a.gguf"}, {"model", "b.gguf"}}));
  EXPECT_FALSE(with_files({part1, mmproj, part2}));
  EXPECT_FALSE(with_files({mmproj, part1, part2}));
}

TEST(Catalog, ErrorsNameTheKey) {
  const std::pair<const char*, json> cases[] = {{"/name", "../tiny"},
                                                {"/name", ".tiny"},
                                                {"/name", "a/b"},
                                                {"/name", ""},
                                                {"/name", 5},
                                                {"/title", nullptr},
                                                {"/must_accept", "yes"},
                                                {"/memory_mb", -1},
                                                {"/memory_mb", 0.5},
                                                {"/files", json::array()},
                                                {"/files", 1},
                                                {"/files/0", "text"},
                                                {"/files/0/role", "eye"},
                                                {"/files/0/name", ".."},
                                                {"/files/0/bytes", 0},
                                                {"/files/0/sha256", "ABC"},
                                                {"/files/0/url", false},
                                                {"/files/0/role", "mmproj"},
                                                {"/files/1", ValidEntry()["files"][0]}};
  for (const auto& [path, value] : cases) {
    json entry = ValidEntry();
    entry[json::json_pointer(path)] = value;
    const auto catalog = Parse(entry);
    ASSERT_FALSE(catalog) << path << " " << value;
    EXPECT_THAT(catalog.error().message, HasSubstr("catalog: "));
  }
  const json valid = ValidEntry();
  for (const auto& [key, value] : valid.items()) {
    json entry = valid;
    entry.erase(key);
    const auto catalog = Parse(entry);
    ASSERT_FALSE(catalog) << key;
    EXPECT_THAT(catalog.error().message, HasSubstr("'" + key + "' is missing"));
  }
  const json twice = json::array({ValidEntry(), ValidEntry()});
  EXPECT_FALSE(ParseCatalog(json{{"models", twice}}.dump()));
}

TEST(Catalog, RejectsABrokenDocument) {
  const std::string whole = json{{"models", json::array({ValidEntry()})}}.dump();
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    EXPECT_FALSE(ParseCatalog(whole.substr(0, cut))) << cut;
  }
  EXPECT_FALSE(ParseCatalog("5"));
  EXPECT_FALSE(ParseCatalog(std::string(200'000, '[')));
}

TEST(Url, AllowsHttpOnlyForLoopbackOrOnRequest) {
  const std::string https = "https://example.org/a";
  EXPECT_EQ(CheckUrl(https, "", false), std::nullopt);
  EXPECT_EQ(CheckUrl(https, "http://127.0.0.1/", false), std::nullopt);
  for (const char* here : {"http://localhost:5/", "http://127.0.0.1/", "http://[::1]:80/"}) {
    EXPECT_EQ(CheckUrl(here, "", false), std::nullopt) << here;
    EXPECT_NE(CheckUrl(here, https, true), std::nullopt) << here;
  }
  EXPECT_NE(CheckUrl("http://example.org/", "", false), std::nullopt);
  EXPECT_EQ(CheckUrl("http://example.org/", "", true), std::nullopt);
  for (const char* bad :
       {"http://127.0.0.1.example.org/", "http://localhost.example.org/", "file:///etc/passwd",
        "ftp://example.org/", "", "no address", "https://"}) {
    EXPECT_NE(CheckUrl(bad, "", false), std::nullopt) << bad;
  }
  EXPECT_NE(CheckUrl("https://user:word@example.org/", "", true), std::nullopt);
}

TEST(HttpHeaders, ReadsWhatADownloadNeeds) {
  HttpResponse response;
  for (const char* line : {"HTTP/1.1 206 OK\r\n", "content-range: bytes 5-9/10\r\n",
                           "Content-Length: 5\r\n", "ETAG:  \"a b\" \r\n", "broken\r\n",
                           "X-Linked-Size: 12x\r\n", "X-Linked-Etag: \"\r\n", "\r\n"}) {
    ReadHeader(line, response);
  }
  EXPECT_EQ(response.from, 5u);
  EXPECT_EQ(response.bytes, 10u);
  EXPECT_EQ(response.etag, "\"a b\"");
  EXPECT_EQ(response.linked_bytes, std::nullopt);
  EXPECT_EQ(response.linked_sha256, "");
  ReadHeader("HTTP/2 200\r\n", response);
  EXPECT_EQ(response.from, std::nullopt);
  ReadHeader("ETag: W/\"weak\"\r\n", response);
  EXPECT_EQ(response.etag, "");
  ReadHeader("Content-Length: 99999999999999999999999\r\n", response);
  EXPECT_EQ(response.bytes, std::nullopt);
}

// FIPS 180-4's own examples.
TEST(Sha256, MatchesThePublishedDigests) {
  const TestFolder folder;
  const std::string path = folder.Path("text");
  WriteText(path, "abc");
  const auto digest = Sha256OfFile(path);
  ASSERT_TRUE(digest) << digest.error().message;
  EXPECT_EQ(*digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256().HexDigest(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_FALSE(Sha256OfFile(folder.Path("missing")));
  EXPECT_FALSE(Sha256OfFile(folder.path()));
}

}  // namespace
}  // namespace edgevlm
