// Out-of-memory safety: the n-th operator new fails, once or from then on, for n = 1, 2, 3, ...
// until the work completes without reaching it. Each failure must end in an exception or an error,
// without a crash or a leak, and the engine must work afterwards. Replaces operator new of its
// program.
#include <gtest/gtest.h>
#include <webp/encode.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>

#include "edgevlm/scheduler.h"
#include "engine/testing/tiny_engine.h"
#include "gguf/reader.h"
#include "image/decode.h"
#include "image/write.h"

namespace {

constexpr long kNever = 1L << 40;

// Shared by all threads.
std::atomic<long> g_until_failure = kNever;
std::atomic<long> g_failures = 1;  // consecutive ones
std::atomic<bool> g_has_failed = false;
std::atomic<long> g_living = 0;  // allocations not yet freed

void* AllocateOrFail(std::size_t size, std::size_t alignment) {
  const long left = --g_until_failure;
  if (left <= 0 && left > -g_failures) {
    g_has_failed = true;
    throw std::bad_alloc();
  }
  void* memory = std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  ++g_living;
  return memory;
}

void Free(void* memory) {
  if (memory != nullptr) --g_living;
  std::free(memory);
}

}  // namespace

// Not inlined, since g++ would warn about free() on memory of operator new. The library's nothrow
// forms call these.
[[gnu::noinline]] void* operator new(std::size_t size) {
  return AllocateOrFail(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return AllocateOrFail(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { Free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { Free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  Free(memory);
}

namespace edgevlm {
namespace {

void Arm(long allocations, long failures) {
  g_has_failed = false;
  g_failures = failures;
  g_until_failure = allocations;
}

void Disarm() { g_until_failure = kNever; }

// Every allocation at first, then about two in a hundred.
long NextAllocation(long n) { return n < 300 ? n + 1 : n + n / 50; }

// work: returns true if it succeeded with the right result, false on an out-of-memory error.
// forget: clears what is cached on purpose. failures: consecutive failing allocations in a second
// round.
void FailEachAllocation(
    const std::function<bool()>& work, const std::function<void()>& forget = [] {},
    long failures = kNever) {
  ASSERT_TRUE(work());  // warms up static state
  forget();
  for (const long in_a_row : {1L, failures}) {
    bool has_failed = true;
    for (long n = 1; has_failed; n = NextAllocation(n)) {
      SCOPED_TRACE(testing::Message() << "allocation " << n << ", " << in_a_row << " in a row");
      const long living = g_living;
      bool is_done = false;
      Arm(n, in_a_row);
      try {
        is_done = work();
      } catch (const std::bad_alloc&) {
      } catch (const std::system_error&) {  // thrown by std::thread
      }
      Disarm();
      forget();
      has_failed = g_has_failed;
      ASSERT_TRUE(is_done || has_failed);
      ASSERT_EQ(g_living - living, 0) << "leaked";
    }
  }
}

// Whether there is a result; otherwise the error must be out of memory.
template <class T>
bool IsDone(const Result<T>& result) {
  if (result) return true;
  Disarm();
  const ErrorCode code = result.error().code;
  EXPECT_TRUE(code == ErrorCode::kTooLarge) << result.error().message;
  return false;
}

Image SmallImage() {
  Image image(40, 24);
  std::mt19937 random(3);
  for (std::uint8_t& value : image.pixels) value = static_cast<std::uint8_t>(random());
  return image;
}

std::vector<std::byte> WebpFile(const Image& image) {
  std::uint8_t* data = nullptr;
  const std::size_t size =
      WebPEncodeLosslessRGB(image.pixels.data(), image.width, image.height, image.width * 3, &data);
  const auto bytes = std::as_bytes(std::span(data, size));
  std::vector<std::byte> file(bytes.begin(), bytes.end());
  WebPFree(data);
  return file;
}

// One of each format, and one that ends right after its pixels.
std::vector<std::vector<std::byte>> ImageFiles() {
  const Image image = SmallImage();
  std::vector<std::vector<std::byte>> files = {TinyImage(20, 12, 1), EncodePng(image),
                                               EncodeJpeg(image, 90), WebpFile(image)};
  files.push_back(files[2]);
  files.back().resize(files.back().size() - 2);
  return files;
}

TEST(OutOfMemory, ParsingAGgufFile) {
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  FailEachAllocation([&] { return IsDone(GgufFile::Parse(bytes)); });
}

TEST(OutOfMemory, DecodingAnImage) {
  for (const auto& file : ImageFiles()) {
    for (const int target_side : {0, 5}) {
      FailEachAllocation([&] { return IsDone(Decode(file, {}, target_side)); });
    }
  }
}

TEST(OutOfMemory, LoadingAModel) {
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  for (const int threads : {1, 3}) {
    FailEachAllocation([&] {
      return IsDone(Engine::Load(bytes, {.threads = threads,
                                         .decode_threads = threads > 1 ? 2 : 0,
                                         .image_cache_bytes = 1 << 20,
                                         .prefix_cache_bytes = 1 << 20}));
    });
  }
}

// Uses one engine after all failures, with the caches of images and prompts kept or cleared in
// between.
class OutOfMemoryEngine : public testing::TestWithParam<int> {
 protected:
  static Engine Load(int threads) {
    const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
    auto engine = Engine::Load(
        bytes, {.threads = threads, .image_cache_bytes = 1 << 20, .prefix_cache_bytes = 1 << 20});
    CHECK(engine.ok());
    return *std::move(engine);
  }

  const Engine engine_ = Load(GetParam());
};

TEST_P(OutOfMemoryEngine, EncodingAnImage) {
  for (const auto& file : ImageFiles()) {
    const Result<EncodedImage> expected = engine_.EncodeImage(file);
    ASSERT_TRUE(expected) << expected.error().message;
    const auto encode = [&] {
      const Result<EncodedImage> image = engine_.EncodeImage(file);
      Disarm();
      if (image) {
        EXPECT_EQ(image->embeddings, expected->embeddings);
      }
      return IsDone(image);
    };
    engine_.ClearCaches();
    FailEachAllocation(encode, [&] { engine_.ClearCaches(); });
  }
}

TEST_P(OutOfMemoryEngine, GeneratingAReply) {
  const auto file = TinyImage(20, 12, 1);
  const auto ask = [&]() -> Result<Reply> {
    Session session(engine_);
    if (auto error = session.SetImage(file)) return *error;
    return session.Ask("a cat", {.max_tokens = 8});
  };
  const Result<Reply> expected = ask();
  ASSERT_TRUE(expected) << expected.error().message;
  const auto reply_as_before = [&] {
    const Result<Reply> reply = ask();
    Disarm();
    if (reply) {
      EXPECT_EQ(reply->text, expected->text);
    }
    return IsDone(reply);
  };
  engine_.ClearCaches();
  FailEachAllocation(reply_as_before, [&] { engine_.ClearCaches(); });
}

class EndListener final : public ReplyListener {
 public:
  void OnAccepted(int) override {}
  void OnProgress(const Progress&) override {}
  void OnText(const TextPiece&) override {}
  void OnEnd(const Result<RequestReply>& reply) override {
    Disarm();
    const std::lock_guard lock(mutex_);
    if (reply) {
      text_ = reply->reply.text;
    } else {
      EXPECT_EQ(reply.error().code, ErrorCode::kTooLarge) << reply.error().message;
    }
    has_ended_ = true;
    change_.notify_all();
  }

  // Nothing if out of memory.
  std::optional<std::string> Wait() {
    std::unique_lock lock(mutex_);
    change_.wait(lock, [this] { return has_ended_; });
    return text_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable change_;
  std::optional<std::string> text_;
  bool has_ended_ = false;
};

// Running out of memory fails the replies of that moment and none afterwards.
TEST_P(OutOfMemoryEngine, AnsweringConcurrentRequests) {
  const auto bytes = TinyImage(20, 12, 1);
  const auto image = std::make_shared<const std::string>(
      reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto ask = [&](Scheduler& scheduler) {
    ReplyRequest request;
    request.messages = {{.role = Role::kUser, .parts = {{.image = image}, {.text = "a cat"}}}};
    request.decode.max_tokens = 8;
    const auto listener = std::make_shared<EndListener>();
    if (!scheduler.Submit(std::move(request), listener)) return std::optional<std::string>();
    return listener->Wait();
  };
  std::optional<std::string> expected;
  {
    Scheduler scheduler(engine_, {});
    expected = ask(scheduler);
  }
  ASSERT_TRUE(expected);
  const auto ask_twice = [&] {
    Scheduler scheduler(engine_, {});
    const std::optional<std::string> text = ask(scheduler);
    Disarm();
    if (text) {
      EXPECT_EQ(text, expected);
    }
    EXPECT_EQ(ask(scheduler), expected);  // the scheduler still works
    return text.has_value();
  };
  engine_.ClearCaches();
  // Single failures only: a request waits until there is memory for it.
  FailEachAllocation(
      ask_twice, [&] { engine_.ClearCaches(); }, 5);
}

INSTANTIATE_TEST_SUITE_P(Threads, OutOfMemoryEngine, testing::Values(1, 3));

}  // namespace
}  // namespace edgevlm
