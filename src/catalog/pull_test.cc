#include "catalog/pull.h"

#include <gmock/gmock.h>

#include <atomic>

#include "catalog/folder.h"
#include "catalog/part_file.h"
#include "catalog/testing/http_server.h"
#include "catalog/testing/test_folder.h"
#include "catalog/verify.h"
#include "digest/sha256.h"
#include "gguf/names.h"
#include "gguf/writer.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

std::string GgufBytes() {
  GgufWriter writer;
  writer.Add(keys::kArchitecture, std::string("llama"));
  writer.AddTensor("a", DType::kF32, {4, 16}, std::vector<std::byte>(256, std::byte{7}));
  const auto bytes = writer.ToBytes();
  CHECK(bytes);
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

std::string Digest(const std::string& text) {
  Sha256 digest;
  digest.Update(std::as_bytes(std::span(text)));
  return digest.HexDigest();
}

class PullTest : public ::testing::Test {
 protected:
  // Known by size and digest, or by neither.
  CatalogEntry Entry(const HttpServer& server, bool is_known) const {
    CatalogFile file{.name = "m.gguf", .url = server.Url(), .bytes = {}, .sha256 = {}};
    if (is_known) {
      file.bytes = file_.size();
      file.sha256 = Digest(file_);
    }
    CatalogEntry entry;
    entry.name = "tiny";
    entry.license = "Free-1.0";
    entry.license_url = "https://example.org/license";
    entry.files = {file};
    return entry;
  }

  Result<std::vector<PulledFile>> PullEntry(const CatalogEntry& entry, bool accept = false) const {
    return Pull(entry, {.folder = folder_.path(),
                        .accept_license = accept,
                        .stall_timeout_ms = 250,
                        .attempts = 1,
                        .progress = {}});
  }

  std::string ModelPath() const { return folder_.Path("tiny/m.gguf"); }

  TestFolder folder_;
  const std::string file_ = GgufBytes();
};

TEST_F(PullTest, InstallsAndFindsAndRemoves) {
  const HttpServer server([&](const ServerRequest& request) {
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  for (const bool is_known : {true, false}) {
    SCOPED_TRACE(is_known);
    const CatalogEntry entry = Entry(server, is_known);
    EXPECT_FALSE(IsInstalled(folder_.path(), entry));
    const auto pulled = PullEntry(entry);
    ASSERT_TRUE(pulled) << pulled.error().message;
    EXPECT_EQ(pulled->at(0).sha256, Digest(file_));
    EXPECT_FALSE(pulled->at(0).was_there);
    EXPECT_EQ(ReadText(ModelPath()), file_);
    EXPECT_EQ(ReadDigest(ModelPath()), Digest(file_));
    EXPECT_FALSE(Exists(PartFile::PartPath(ModelPath())));
    EXPECT_FALSE(Exists(PartFile::EtagPath(ModelPath())));
    EXPECT_TRUE(IsInstalled(folder_.path(), entry));
    const auto again = PullEntry(entry);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(again->at(0).was_there);
    const auto removed = Remove(entry, folder_.path());
    ASSERT_TRUE(removed) << removed.error().message;
    EXPECT_THAT(*removed, UnorderedElementsAre(ModelPath(), DigestPath(ModelPath())));
    EXPECT_FALSE(Exists(folder_.Path("tiny")));
    EXPECT_FALSE(Remove(entry, folder_.path()));
  }
  EXPECT_EQ(server.requests().size(), 2u);
}

// Whatever a server does wrong, no model is installed.
TEST_F(PullTest, ABadFileNeverBecomesAModel) {
  std::string changed = file_;
  changed.back() ^= 1;
  const std::string longer = file_ + "!";
  const std::string shorter = file_.substr(0, file_.size() - 1);
  for (const bool is_known : {true, false}) {
    for (const std::string& bad : {longer, shorter, std::string(), std::string(300, 'x')}) {
      SCOPED_TRACE(bad.size());
      const HttpServer server([&](const ServerRequest& request) {
        return ServerAnswer{FileAnswer(request, bad, kEtag)};
      });
      // Bytes after the last tensor break no rule of GGUF.
      if (!is_known && bad == longer) continue;
      EXPECT_FALSE(PullEntry(Entry(server, is_known)));
      EXPECT_FALSE(Exists(ModelPath()));
    }
  }
  const HttpServer server([&](const ServerRequest& request) {
    return ServerAnswer{FileAnswer(request, changed, kEtag)};
  });
  const auto pulled = PullEntry(Entry(server, true));
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(pulled.error().message, HasSubstr("SHA-256"));
  EXPECT_FALSE(Exists(ModelPath()));
  EXPECT_FALSE(Exists(PartFile::PartPath(ModelPath())));  // it would never become right
}

TEST_F(PullTest, ChecksTheHostsDigestWhereTheCatalogHasNone) {
  const HttpServer server([&](const ServerRequest& request) {
    if (request.path == "/model.gguf") {
      return ServerAnswer{
          Answer("302 Found",
                 "Location: /there\r\nX-Linked-ETag: \"" + std::string(64, 'b') + "\"\r\n", "")};
    }
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  const auto pulled = PullEntry(Entry(server, false));
  ASSERT_FALSE(pulled);
  EXPECT_THAT(pulled.error().message, HasSubstr(std::string(64, 'b')));
}

TEST_F(PullTest, RepairsADamagedModel) {
  const HttpServer server([&](const ServerRequest& request) {
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  for (const bool is_known : {true, false}) {
    ASSERT_TRUE(PullEntry(Entry(server, is_known)));
    std::string damaged = file_;
    damaged.back() ^= 1;  // inside a tensor
    WriteText(ModelPath(), damaged);
    EXPECT_FALSE(
        VerifyFile(ModelPath(), Entry(server, is_known).files[0], ReadDigest(ModelPath())));
    const auto repaired = PullEntry(Entry(server, is_known));
    ASSERT_TRUE(repaired) << repaired.error().message;
    EXPECT_EQ(ReadText(ModelPath()), file_);
  }
}

TEST_F(PullTest, RequiresTheLicenseToBeAccepted) {
  const HttpServer server([&](const ServerRequest& request) {
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  CatalogEntry entry = Entry(server, true);
  entry.must_accept = true;
  const auto rejected = PullEntry(entry);
  ASSERT_FALSE(rejected);
  EXPECT_THAT(rejected.error().message, HasSubstr("https://example.org/license"));
  EXPECT_TRUE(server.requests().empty());
  EXPECT_TRUE(PullEntry(entry, /*accept=*/true));
}

TEST_F(PullTest, LocksTheFolder) {
  const HttpServer server([&](const ServerRequest& request) {
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  {
    const auto lock = FolderLock::Acquire(folder_.Path("tiny"));
    ASSERT_TRUE(lock);
    const auto second = PullEntry(Entry(server, true));
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr("in use by another edgevlm"));
    EXPECT_FALSE(Remove(Entry(server, true), folder_.path()));
  }
  EXPECT_TRUE(PullEntry(Entry(server, true)));
}

TEST_F(PullTest, ChecksTheDiskSpaceForAllFilesFirst) {
  const HttpServer server([&](const ServerRequest& request) {
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  CatalogEntry entry = Entry(server, true);
  entry.files.push_back({.role = FileRole::kMmproj,
                         .name = "e.gguf",
                         .url = server.Url(),
                         .bytes = std::uint64_t{1} << 49,
                         .sha256 = {}});
  const auto pulled = PullEntry(entry);
  ASSERT_FALSE(pulled);
  EXPECT_EQ(pulled.error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(PullTest, ExplainsTheManualDownloadWithoutANetwork) {
  CatalogEntry entry;
  {
    const HttpServer server([](const ServerRequest&) { return ServerAnswer{}; });
    entry = Entry(server, true);
  }
  const auto pulled = PullEntry(entry);
  ASSERT_FALSE(pulled);
  EXPECT_THAT(pulled.error().message,
              HasSubstr("curl -L -o '" + ModelPath() + "' '" + entry.files[0].url + "'"));
  EXPECT_THAT(pulled.error().message, HasSubstr("edgevlm models verify tiny"));
  WriteText(ModelPath(), file_);  // by hand
  EXPECT_TRUE(IsInstalled(folder_.path(), entry));
  EXPECT_TRUE(VerifyFile(ModelPath(), entry.files[0], ReadDigest(ModelPath())));
}

TEST(FindInstalled, ReturnsTheFilesOrTheCommandToPullThem) {
  const TestFolder folder;
  setenv("EDGEVLM_MODELS", folder.path().c_str(), 1);
  const auto missing = FindInstalled("qwen2-1.5b-instruct");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("edgevlm models pull qwen2-1.5b-instruct"));
  std::filesystem::create_directories(folder.Path("qwen2-1.5b-instruct"));
  const std::string path = folder.Path("qwen2-1.5b-instruct/qwen2-1_5b-instruct-q4_k_m.gguf");
  WriteText(path, "x");
  const auto found = FindInstalled("qwen2-1.5b-instruct");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->model, path);
  EXPECT_EQ(found->mmproj, "");
  EXPECT_FALSE(FindInstalled("no-such-model"));
  unsetenv("EDGEVLM_MODELS");
}

// Names of models have dots and file names may have none, so what exists decides.
TEST(FindModel, AcceptsPathsAndNames) {
  const TestFolder folder;
  setenv("EDGEVLM_MODELS", folder.Path("models").c_str(), 1);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::string name = "qwen2-1.5b-instruct";
  const std::string installed = folder.Path("models/" + name + "/qwen2-1_5b-instruct-q4_k_m.gguf");
  EXPECT_THAT(FindModel(name).error().message, HasSubstr("edgevlm models pull " + name));
  std::filesystem::create_directories(folder.Path("models/" + name));
  WriteText(installed, "x");
  EXPECT_EQ(FindModel(name)->model, installed);
  std::filesystem::create_directory(name);  // for example a clone of its repository
  EXPECT_EQ(FindModel(name)->model, installed);
  EXPECT_EQ(FindModel("./" + name)->model, "./" + name);
  std::filesystem::remove(name);
  WriteText(name, "x");
  EXPECT_EQ(FindModel(name)->model, name);

  WriteText("file", "x");
  EXPECT_EQ(FindModel("file")->model, "file");
  EXPECT_EQ(FindModel("missing.gguf")->model, "missing.gguf");
  EXPECT_EQ(FindModel("models")->model, "models");
  EXPECT_THAT(FindModel("qwen9-0.5b").error().message,
              HasSubstr("qwen9-0.5b: no such file; model 'qwen9-0.5b': expected one of "));
  std::filesystem::current_path(before);
  unsetenv("EDGEVLM_MODELS");
}

}  // namespace
}  // namespace edgevlm
