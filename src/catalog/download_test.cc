#include "catalog/download.h"

#include <gmock/gmock.h>

#include <atomic>

#include "catalog/testing/http_server.h"
#include "catalog/testing/test_folder.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

std::string TestFile(std::size_t bytes) {
  std::string file(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) file[i] = static_cast<char>(i * 7 + i / 251);
  return file;
}

class DownloadTest : public ::testing::Test {
 protected:
  Result<Downloaded> DownloadFrom(const HttpServer& server, int attempts = 1,
                                  std::optional<std::uint64_t> bytes = {}) {
    return DownloadUrl(server.Url(), attempts, bytes);
  }

  Result<Downloaded> DownloadUrl(const std::string& url, int attempts = 1,
                                 std::optional<std::uint64_t> bytes = {}) {
    auto part = PartFile::Open(path_);
    if (!part) return part.error();
    return Download({.url = url,
                     .bytes = bytes,
                     .stall_timeout_ms = 250,
                     .attempts = attempts,
                     .retry_wait_ms = 1,
                     .progress = {}},
                    *part);
  }

  std::string PartText() const { return ReadText(PartFile::PartPath(path_)); }

  std::atomic<bool> server_has_other_ = false;
  TestFolder folder_;
  const std::string path_ = folder_.Path("model.gguf");
  const std::string file_ = TestFile(100'000);
};

// A response that ends after the first `cut` bytes of the file.
ServerAnswer CutAnswer(const ServerRequest& request, const std::string& file, std::size_t cut) {
  std::string answer = FileAnswer(request, file, kEtag);
  answer.resize(answer.size() - (file.size() - cut));
  return {answer};
}

TEST_F(DownloadTest, DownloadsAFile) {
  const HttpServer server([&](const ServerRequest& request) {
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  const auto downloaded = DownloadFrom(server, 1, file_.size());
  ASSERT_TRUE(downloaded) << downloaded.error().message;
  EXPECT_EQ(PartText(), file_);
  EXPECT_EQ(server.requests().at(0).Header("range"), "");
}

TEST_F(DownloadTest, ResumesAfterACut) {
  const HttpServer server([&](const ServerRequest& request) {
    if (request.Header("range").empty()) return CutAnswer(request, file_, 40'000);
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  const auto first = DownloadFrom(server);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, ErrorCode::kIo);
  EXPECT_EQ(PartText(), file_.substr(0, 40'000));
  const auto second = DownloadFrom(server);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(PartText(), file_);
  EXPECT_EQ(server.requests().at(1).Header("range"), "bytes=40000-");
  EXPECT_EQ(server.requests().at(1).Header("if-range"), kEtag);
}

TEST_F(DownloadTest, RetriesByItself) {
  std::atomic<int> count = 0;
  const HttpServer server([&](const ServerRequest& request) {
    if (++count == 1) return ServerAnswer{""};  // hangs up
    if (count == 2) return CutAnswer(request, file_, 10);
    if (count == 3) return ServerAnswer{Answer("503 Busy", LengthHeader(4), "busy")};
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  const auto downloaded = DownloadFrom(server, 3);
  ASSERT_TRUE(downloaded) << downloaded.error().message;
  EXPECT_EQ(PartText(), file_);
  EXPECT_EQ(count, 4);
}

TEST_F(DownloadTest, GivesUpWhenTheTransferStalls) {
  const HttpServer server([&](const ServerRequest& request) {
    std::string answer = FileAnswer(request, file_, kEtag);
    answer.resize(answer.size() - 50'000);
    return ServerAnswer{.bytes = answer, .stalls = true};
  });
  const auto stalled = DownloadFrom(server);
  ASSERT_FALSE(stalled);
  EXPECT_THAT(stalled.error().message, HasSubstr("no data for"));
  EXPECT_EQ(PartText(), file_.substr(0, 50'000));
}

TEST_F(DownloadTest, StartsOverWhenTheFileHasChanged) {
  const std::string other = TestFile(70'000);
  const HttpServer server([&](const ServerRequest& request) {
    if (request.Header("range").empty()) return CutAnswer(request, file_, 40'000);
    return ServerAnswer{FileAnswer(request, other, "\"six\"")};
  });
  ASSERT_FALSE(DownloadFrom(server));
  const auto second = DownloadFrom(server);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(PartText(), other);
}

TEST_F(DownloadTest, StartsOverWhenTheServerIgnoresRanges) {
  std::atomic<int> count = 0;
  const HttpServer server([&](ServerRequest request) {
    request.headers.clear();
    if (++count == 1) return CutAnswer(request, file_, 40'000);
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  ASSERT_FALSE(DownloadFrom(server));
  const auto second = DownloadFrom(server);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(PartText(), file_);
}

TEST_F(DownloadTest, StartsOverWhenTheServerIgnoresIfRange) {
  const std::string other = TestFile(100'000).replace(90'000, 1, "?");
  const HttpServer server([&](ServerRequest request) {
    if (request.Header("range").empty()) {
      return server_has_other_ ? ServerAnswer{FileAnswer(request, other, "\"six\"")}
                               : CutAnswer(request, file_, 40'000);
    }
    request.headers["if-range"] = "\"six\"";
    return ServerAnswer{FileAnswer(request, other, "\"six\"")};
  });
  ASSERT_FALSE(DownloadFrom(server));
  server_has_other_ = true;
  const auto second = DownloadFrom(server);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(PartText(), other);
}

TEST_F(DownloadTest, DoesNotResumeAPartOfUnknownOrigin) {
  WriteText(PartFile::PartPath(path_), "something else");
  const HttpServer server([&](const ServerRequest& request) {
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  const auto downloaded = DownloadFrom(server);
  ASSERT_TRUE(downloaded) << downloaded.error().message;
  EXPECT_EQ(PartText(), file_);
}

TEST_F(DownloadTest, RequestsNothingWhenThePartIsComplete) {
  WriteText(PartFile::PartPath(path_), file_);
  const auto downloaded = DownloadUrl("http://127.0.0.1:1/", 1, file_.size());
  EXPECT_TRUE(downloaded) << downloaded.error().message;
}

TEST_F(DownloadTest, DownloadsNothingTwice) {
  const HttpServer server([&](const ServerRequest& request) {
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  for (int run = 0; run < 2; ++run) {
    const auto downloaded = DownloadFrom(server);
    ASSERT_TRUE(downloaded) << downloaded.error().message;
    EXPECT_EQ(PartText(), file_);
  }
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(DownloadTest, RejectsAnotherSizeThanExpectedBeforeTheFirstByte) {
  const HttpServer server([&](const ServerRequest& request) {
    return ServerAnswer{FileAnswer(request, file_, kEtag)};
  });
  const auto downloaded = DownloadFrom(server, 1, file_.size() + 1);
  ASSERT_FALSE(downloaded);
  EXPECT_THAT(downloaded.error().message,
              HasSubstr("expected 100001 bytes, the server has 100000"));
  EXPECT_EQ(PartText(), "");
}

TEST_F(DownloadTest, NeverWritesMoreThanAnnounced) {
  const HttpServer server([&](const ServerRequest&) {
    return ServerAnswer{Answer("200 OK", "ETag: \"1\"\r\n", file_)};  // ends with the connection
  });
  const auto downloaded = DownloadFrom(server, 1, 1000);
  ASSERT_FALSE(downloaded);
  EXPECT_EQ(downloaded.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(PartText(), "");
}

TEST_F(DownloadTest, RejectsAFileOfNoOrUnknownSize) {
  const HttpServer unknown(
      [&](const ServerRequest&) { return ServerAnswer{Answer("200 OK", "", file_)}; });
  EXPECT_FALSE(DownloadFrom(unknown));
  const HttpServer empty(
      [&](const ServerRequest&) { return ServerAnswer{Answer("200 OK", LengthHeader(0), "")}; });
  const auto nothing = DownloadFrom(empty);
  ASSERT_FALSE(nothing);
  EXPECT_THAT(nothing.error().message, HasSubstr("empty"));
}

TEST_F(DownloadTest, RejectsMoreThanTheDiskHolds) {
  const HttpServer server([&](const ServerRequest&) {
    return ServerAnswer{Answer("200 OK", LengthHeader(std::size_t{1} << 49), "")};
  });
  const auto downloaded = DownloadFrom(server);
  ASSERT_FALSE(downloaded);
  EXPECT_EQ(downloaded.error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(downloaded.error().message, HasSubstr("the disk has"));
}

TEST_F(DownloadTest, ReportsTheStatus) {
  for (const auto& [status, code] :
       {std::pair("404 Not Found", ErrorCode::kNotFound),
        std::pair("403 Forbidden", ErrorCode::kIo), std::pair("500 Broken", ErrorCode::kIo)}) {
    const HttpServer server([&, status = status](const ServerRequest&) {
      return ServerAnswer{Answer(status, LengthHeader(5), "sorry")};
    });
    const auto downloaded = DownloadFrom(server);
    ASSERT_FALSE(downloaded) << status;
    EXPECT_EQ(downloaded.error().code, code) << status;
    EXPECT_THAT(downloaded.error().message, HasSubstr(std::string(status).substr(0, 3)));
    EXPECT_EQ(PartText(), "");
  }
}

TEST_F(DownloadTest, FollowsRedirectsAndKeepsTheHostsDigest) {
  const std::string digest(64, 'a');
  const HttpServer server([&](const ServerRequest& request) {
    if (request.path == "/model.gguf") {
      return ServerAnswer{Answer("302 Found",
                                 "Location: /there\r\nX-Linked-Size: 100000\r\nX-Linked-ETag: \"" +
                                     digest + "\"\r\n" + LengthHeader(4),
                                 "page")};
    }
    return ServerAnswer{Answer("200 OK", "", file_)};  // the redirect had the size
  });
  const auto downloaded = DownloadFrom(server);
  ASSERT_TRUE(downloaded) << downloaded.error().message;
  EXPECT_EQ(downloaded->host_sha256, digest);
  EXPECT_EQ(PartText(), file_);
}

TEST_F(DownloadTest, StopsARedirectLoop) {
  const HttpServer server([&](const ServerRequest&) {
    return ServerAnswer{Answer("302 Found", "Location: /again\r\n" + LengthHeader(0), "")};
  });
  const auto downloaded = DownloadFrom(server);
  ASSERT_FALSE(downloaded);
  EXPECT_THAT(downloaded.error().message, HasSubstr("redirects"));
  EXPECT_LE(server.requests().size(), 10u);
}

TEST_F(DownloadTest, RejectsRedirectsToOtherSchemesAndHosts) {
  for (const char* target :
       {"file:///etc/passwd", "ftp://127.0.0.1/x", "http://example.invalid/"}) {
    const HttpServer server([&](const ServerRequest&) {
      return ServerAnswer{
          Answer("302 Found", "Location: " + std::string(target) + "\r\n" + LengthHeader(0), "")};
    });
    const auto downloaded = DownloadFrom(server);
    ASSERT_FALSE(downloaded) << target;
    EXPECT_EQ(downloaded.error().code, ErrorCode::kInvalid) << downloaded.error().message;
  }
}

TEST_F(DownloadTest, ReportsARefusedConnection) {
  const auto downloaded = DownloadUrl("http://127.0.0.1:1/");
  ASSERT_FALSE(downloaded);
  EXPECT_EQ(downloaded.error().code, ErrorCode::kIo);
  EXPECT_THAT(downloaded.error().message, HasSubstr("127.0.0.1"));
}

}  // namespace
}  // namespace edgevlm
