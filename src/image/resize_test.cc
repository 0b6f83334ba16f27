#include "image/resize.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

namespace edgevlm {
namespace {

// Smooth colors with noise and hard edges on top.
Image MakeImage(int width, int height) {
  std::mt19937 rng(static_cast<unsigned>(width * 10007 + height));
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.Row(y) + x * 3;
      pixel[0] = static_cast<std::uint8_t>(x * 255 / width);
      pixel[1] = static_cast<std::uint8_t>((x / 5 + y / 3) % 2 * 255);
      pixel[2] = static_cast<std::uint8_t>(rng());
    }
  }
  return image;
}

void WritePpm(const std::filesystem::path& path, const Image& image) {
  std::ofstream file(path, std::ios::binary);
  file << "P6\n" << image.width << " " << image.height << "\n255\n";
  file.write(reinterpret_cast<const char*>(image.pixels.data()),
             static_cast<std::streamsize>(image.pixels.size()));
}

Image ReadPpm(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic;
  int width = 0;
  int height = 0;
  int max_value = 0;
  file >> magic >> width >> height >> max_value;
  file.get();
  Image image(width, height);
  file.read(reinterpret_cast<char*>(image.pixels.data()),
            static_cast<std::streamsize>(image.pixels.size()));
  EXPECT_TRUE(file) << path;
  return image;
}

struct Case {
  const char* name;
  Filter filter;
  int in[2];
  int out[2];
};

constexpr Case kCases[] = {
    {"bilinear", Filter::kBilinear, {300, 300}, {160, 160}},
    {"bicubic", Filter::kBicubic, {300, 300}, {160, 160}},
    {"lanczos3", Filter::kLanczos3, {300, 300}, {160, 160}},
    {"bilinear", Filter::kBilinear, {37, 23}, {101, 7}},
    {"bicubic", Filter::kBicubic, {37, 23}, {101, 77}},
    {"lanczos3", Filter::kLanczos3, {37, 23}, {11, 77}},
    {"bicubic", Filter::kBicubic, {1, 1}, {5, 3}},
    {"bicubic", Filter::kBicubic, {640, 2}, {3, 3}},
    {"lanczos3", Filter::kLanczos3, {500, 375}, {336, 252}},
    {"bicubic", Filter::kBicubic, {160, 300}, {160, 100}},
    {"bilinear", Filter::kBilinear, {300, 160}, {100, 160}},
};

class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "edgevlm_resize_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// In the checkout that ctest names; without ctest, in the working folder.
std::filesystem::path Script() {
  const char* source = std::getenv("EDGEVLM_SOURCE");
  return std::filesystem::path(source == nullptr ? "." : source) / "tools/pillow_reference.py";
}

TEST(Resize, DiffersFromPillowByAtMostOne) {
  if (!std::filesystem::exists(Script())) GTEST_SKIP() << "no " << Script() << " here";
  const Folder folder;
  std::ofstream list(folder.path() / "list");
  int number = 0;
  for (const Case& c : kCases) {
    const auto base = (folder.path() / std::to_string(number++)).string();
    WritePpm(base + ".in.ppm", MakeImage(c.in[0], c.in[1]));
    list << c.name << " " << c.out[0] << " " << c.out[1] << " " << base << ".in.ppm " << base
         << ".out.ppm\n";
  }
  list.close();
  const std::string command =
      "/usr/bin/python3 '" + Script().string() + "' < '" + (folder.path() / "list").string() + "'";
  const int status = std::system(command.c_str());
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127) {
    GTEST_SKIP() << "no python3-pil here to compare with";
  }
  ASSERT_EQ(WEXITSTATUS(status), 0);

  ThreadPool pool(2);
  number = 0;
  for (const Case& c : kCases) {
    const auto base = (folder.path() / std::to_string(number++)).string();
    const Image expected = ReadPpm(base + ".out.ppm");
    const Image found = Resize(MakeImage(c.in[0], c.in[1]), c.out[0], c.out[1], c.filter, pool);
    ASSERT_EQ(found.pixels.size(), expected.pixels.size());
    int worst = 0;
    for (std::size_t i = 0; i < found.pixels.size(); ++i) {
      worst = std::max(worst, std::abs(found.pixels[i] - expected.pixels[i]));
    }
    EXPECT_LE(worst, 1) << c.name << " " << c.in[0] << "x" << c.in[1] << " -> " << c.out[0] << "x"
                        << c.out[1];
  }
}

TEST(Resize, TheSameSizeIsTheSameImage) {
  ThreadPool pool(1);
  const Image image = MakeImage(33, 21);
  EXPECT_EQ(Resize(image, 33, 21, Filter::kLanczos3, pool).pixels, image.pixels);
}

TEST(Resize, TheNumberOfThreadsDoesNotMatter) {
  ThreadPool one(1);
  ThreadPool three(3);
  const Image image = MakeImage(211, 157);
  EXPECT_EQ(Resize(image, 97, 83, Filter::kBicubic, one).pixels,
            Resize(image, 97, 83, Filter::kBicubic, three).pixels);
}

// Padding the image to a square first and resizing that gives the same bytes.
TEST(ResizePaddedRows, EqualsResizingThePaddedImage) {
  constexpr Color kAround = {122, 116, 104};
  ThreadPool pool(2);
  struct Sizes {
    int width, height, size;
  };
  for (const Sizes& s : {Sizes{40, 30, 16}, Sizes{30, 41, 16}, Sizes{1, 33, 8}, Sizes{33, 1, 8},
                         Sizes{12, 5, 40}, Sizes{7, 12, 12}, Sizes{9, 9, 5}, Sizes{2, 1, 1}}) {
    SCOPED_TRACE(testing::Message() << s.width << " x " << s.height << " -> " << s.size);
    const Image image = MakeImage(s.width, s.height);
    const int side = std::max(s.width, s.height);
    Image padded(side, side);
    for (int i = 0; i < side * side * 3; ++i) {
      padded.pixels[static_cast<std::size_t>(i)] = kAround[static_cast<std::size_t>(i % 3)];
    }
    for (int y = 0; y < s.height; ++y) {
      std::copy_n(image.Row(y), s.width * 3,
                  padded.Row((side - s.height) / 2 + y) + (side - s.width) / 2 * 3);
    }
    for (const Filter filter : {Filter::kBilinear, Filter::kBicubic, Filter::kLanczos3}) {
      Image found(s.size, s.size);
      ResizePaddedRows(image, kAround, s.size, filter, pool, [&](int y, const std::uint8_t* row) {
        std::copy_n(row, s.size * 3, found.Row(y));
      });
      EXPECT_EQ(found.pixels, Resize(padded, s.size, s.size, filter, pool).pixels);
    }
  }
}

}  // namespace
}  // namespace edgevlm
