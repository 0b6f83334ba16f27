#include "program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace edgevlm {
namespace {

constexpr std::uint8_t kPng[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x04, 0x08, 0x02, 0x00, 0x00, 0x00, 0x26, 0x93, 0x09,
    0x29, 0x00, 0x00, 0x00, 0x13, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x38, 0x21, 0x27, 0x07,
    0x44, 0x60, 0xe2, 0x04, 0x03, 0x71, 0x1c, 0x00, 0xa6, 0xc3, 0x10, 0x41, 0x98, 0xa6, 0xdb, 0x6d,
    0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
constexpr std::uint8_t kGiantPng[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
    0x44, 0x52, 0x00, 0x00, 0xea, 0x60, 0x00, 0x00, 0xea, 0x60, 0x08, 0x02, 0x00, 0x00,
    0x00, 0x0f, 0xb0, 0xe2, 0x15, 0x00, 0x00, 0x00, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x78,
    0xda, 0x63, 0x60, 0xa0, 0x3d, 0x00, 0x00, 0x00, 0x64, 0x00, 0x01, 0xb8, 0x99, 0xef,
    0x99, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

// The two ends of a pipe. Each end is closed once, by hand or at the end.
struct Pipe {
  Pipe() { EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    Close(0);
    Close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void Close(std::size_t end) {
    if (ends[end] >= 0) close(ends[end]);
    ends[end] = -1;
  }

  std::array<int, 2> ends = {-1, -1};
};

std::string ReadAll(int fd) {
  std::string text;
  std::array<char, 4096> chunk;
  for (ssize_t n; (n = read(fd, chunk.data(), chunk.size())) > 0;) {
    text.append(chunk.data(), static_cast<std::size_t>(n));
  }
  return text;
}

// In the child: never returns.
[[noreturn]] void Execute(const std::vector<std::string>& arguments, int input, int output,
                          int errors) {
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  EXPECT_NE(value, nullptr) << name << " is not set; run this through ctest";
  return value == nullptr ? "" : value;
}

}  // namespace

long Outcome::ErrorLines() const { return std::count(errors.begin(), errors.end(), '\n'); }

Outcome RunEdgevlm(const std::vector<std::string>& arguments, std::string_view input,
                   Reader reader) {
  std::vector<std::string> all = {BinaryPath()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  Pipe in, out, err;
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (reader == Reader::kNone) out.Close(0);
  const pid_t child = fork();
  if (child == 0) {
    Execute(all, in.ends[0], reader == Reader::kFullDevice ? full : out.ends[1], err.ends[1]);
  }
  close(full);
  in.Close(0);
  out.Close(1);
  err.Close(1);
  Outcome outcome;
  std::thread write_input([&] {
    while (!input.empty()) {
      const ssize_t n = write(in.ends[1], input.data(), input.size());
      if (n <= 0) break;
      input.remove_prefix(static_cast<std::size_t>(n));
    }
    in.Close(1);
  });
  std::thread read_errors([&] { outcome.errors = ReadAll(err.ends[0]); });
  if (reader != Reader::kNone) outcome.output = ReadAll(out.ends[0]);
  write_input.join();
  read_errors.join();
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  return outcome;
}

std::string BinaryPath() { return Variable("EDGEVLM_BINARY"); }

bool IsSanitized() {
  const char* sanitizers = std::getenv("EDGEVLM_SANITIZE");
  return sanitizers != nullptr && *sanitizers != '\0';
}

std::string SourcePath(std::string_view path) {
  return Variable("EDGEVLM_SOURCE") + "/" + std::string(path);
}

std::string ModelPath() { return SourcePath("models/builtin.gguf"); }

std::string DataPath(std::string_view name) {
  return SourcePath("tests/data/" + std::string(name));
}

std::string ExampleImage(std::string_view name) {
  return SourcePath("examples/" + std::string(name));
}

std::string PpmImage() {
  constexpr int kSide = 96;
  std::string file = "P6 96 96 255\n";
  for (int i = 0; i < kSide * kSide; ++i) {
    for (const int level : {i % kSide < kSide / 2 ? 220 : 20, 40, 90}) {
      file += static_cast<char>(level);
    }
  }
  return file;
}

std::string PngImage() { return {std::begin(kPng), std::end(kPng)}; }
std::string GiantPng() { return {std::begin(kGiantPng), std::end(kGiantPng)}; }

TestFolder::TestFolder() : path_(::testing::TempDir() + "/edgevlm_test_XXXXXX") {
  EXPECT_NE(mkdtemp(path_.data()), nullptr) << path_;
}

TestFolder::~TestFolder() { std::filesystem::remove_all(path_); }

std::string TestFolder::Write(std::string_view name, std::string_view bytes) const {
  const std::string path = Path(name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string WriteLongText(const TestFolder& folder) {
  constexpr std::string_view kKey = "llama.context_length";
  constexpr std::size_t kTypeBytes = 4;
  constexpr std::string_view kValue("\x00\x10\x00\x00", 4);  // 4096, little-endian
  std::string bytes = ReadWholeFile(DataPath("tiny-text.gguf"));
  bytes.replace(bytes.find(kKey) + kKey.size() + kTypeBytes, kValue.size(), kValue);
  return folder.Write("long-text.gguf", bytes);
}

}  // namespace edgevlm
