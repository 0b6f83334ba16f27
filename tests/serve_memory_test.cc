// Memory of a long-running server: bounded by the size of its caches, not a multiple of it.
#include <gtest/gtest.h>

#include <fstream>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

constexpr long kCacheKib = 8 << 10;

// Anonymous memory of a process, including swapped pages.
long MemoryKib(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  long sum = 0;
  for (std::string name; status >> name;) {
    long kib = 0;
    if ((name == "RssAnon:" || name == "VmSwap:") && status >> kib) sum += kib;
  }
  return sum;
}

// An image that differs for each number.
std::string NumberedImage(int number) {
  constexpr int kSide = 160;
  std::string file = "P6 " + std::to_string(kSide) + " " + std::to_string(kSide) + " 255\n";
  for (int i = 0; i < 3 * kSide * kSide; ++i) {
    file += static_cast<char>(i < 8 * 3 ? (number >> (i / 3)) & 1 : i % 251);
  }
  return file;
}

// Encoded images are small and cached; pixels and request bodies are large and must be freed.
TEST(ServeMemory, ImagesTakeNoMoreThanTheirCache) {
  if (IsSanitized()) {
    GTEST_SKIP() << "a sanitizer has an allocator of its own";
  }
  const ServedEdgevlm server({"--image-cache-mib", "8", "--prompt-cache-mib", "0"});
  const auto ask = [&](int number) {
    const HttpReply reply =
        server.Post("/caption", {{"image", Base64(NumberedImage(number))}, {"max_tokens", 4}});
    ASSERT_EQ(reply.status, 200) << reply.body;
  };
  constexpr int kFirst = 10;    // warm-up
  constexpr int kImages = 250;  // more than the cache holds
  for (int number = 0; number < kFirst; ++number) ask(number);
  const long before = MemoryKib(server.process());
  for (int number = kFirst; number < kImages; ++number) ask(number);
  EXPECT_LE(MemoryKib(server.process()) - before, kCacheKib * 3 / 2);
  const nlohmann::json metrics = server.Get("/metrics").Json()["metrics"];
  EXPECT_GT(metrics["edgevlm_image_cache_evictions_total"], 0);
}

}  // namespace
}  // namespace edgevlm
