#include "convert/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <random>

#include "base/testing/golden_files.h"
#include "gguf/names.h"
#include "gguf/writer.h"
#include "tensor/dequantize.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

class QuantizeFileTest : public ::testing::Test {
 protected:
  QuantizeFileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "quantize-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~QuantizeFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  Result<QuantizeReport> Quantize(const std::string& from, const std::string& to,
                                  std::string_view type, Existing existing = Existing::kKept) {
    return Quantize(from, to, {.type = *ParseFileType(type), .existing = existing});
  }
  Result<QuantizeReport> Quantize(const std::string& from, const std::string& to,
                                  const QuantizeOptions& options) {
    const auto input = MappedParts::Open(from);
    if (!input) return input.error();
    ThreadPool pool(2);
    done_ = 0;
    return QuantizeFile(*input, options, to, pool, [&](std::int64_t done, std::int64_t total) {
      EXPECT_GE(done, done_);
      EXPECT_LE(done, total);
      done_ = done;
    });
  }

  std::filesystem::path folder_;
  std::int64_t done_ = 0;
};

// Kept open as long as its tensors are looked at.
struct OpenFile {
  explicit OpenFile(const std::string& path)
      : mapped(*MappedParts::Open(path)), file(*GgufFile::Parse(mapped.bytes())) {}

  MappedParts mapped;
  GgufFile file;
};

std::string TextOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<float> NormalValues(std::size_t count) {
  std::mt19937 generator(51);
  std::normal_distribution<float> normal(0.0f, 0.02f);
  std::vector<float> values(count);
  for (float& value : values) value = normal(generator);
  return values;
}

GgufWriter SmallModel(std::vector<float> matrix) {
  GgufWriter writer;
  writer.Add(keys::kArchitecture, "llama");
  writer.Add(keys::kFileType, std::uint32_t{1});
  writer.Add("some.array", std::vector<std::string>{"a", "b"});
  writer.AddTensor("output_norm.weight", DType::kF32, {256},
                   *FromFloats(std::vector<float>(256, 1.5f), DType::kF32));
  writer.AddTensor("blk.0.ffn_up.weight", DType::kF16, {24, 256}, *FromFloats(matrix, DType::kF16));
  return writer;
}

TEST_F(QuantizeFileTest, KeepsKeysAndSetsTheFileType) {
  ASSERT_FALSE(SmallModel(NormalValues(24 * 256)).Write(Path("in")));
  const auto report = Quantize(Path("in"), Path("out"), "Q4_K_M");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->values, 24 * 256 + 256);
  EXPECT_EQ(done_, report->values);
  EXPECT_EQ(report->bytes_before, 24 * 256 * 2 + 1024);
  EXPECT_EQ(report->bytes_after, 24 * 144 + 1024);
  const OpenFile out(Path("out"));
  EXPECT_EQ(*out.file.Int(keys::kFileType), 15);
  EXPECT_EQ(*out.file.Int(keys::kQuantizationVersion), 2);
  EXPECT_EQ(out.file.Strings("some.array")->size(), 2u);
  EXPECT_EQ((*ToFloats(*out.file.Tensor("output_norm.weight")))[0], 1.5f);
  EXPECT_EQ(out.file.Tensor("blk.0.ffn_up.weight")->dtype, DType::kQ4_K);
}

TEST_F(QuantizeFileTest, RejectsQuantizingTwiceButWidens) {
  ASSERT_FALSE(SmallModel(NormalValues(24 * 256)).Write(Path("in")));
  ASSERT_TRUE(Quantize(Path("in"), Path("q8"), "Q8_0"));
  done_ = 0;
  const auto again = Quantize(Path("q8"), Path("out"), "Q4_0");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(again.error().message, HasSubstr("tensor 'blk.0.ffn_up.weight': expected F32, F16"));
  EXPECT_FALSE(std::filesystem::exists(Path("out")));
  ASSERT_TRUE(Quantize(Path("q8"), Path("out"), "F32"));
  const OpenFile before(Path("q8")), after(Path("out"));
  EXPECT_EQ(*ToFloats(*after.file.Tensor("blk.0.ffn_up.weight")),
            *ToFloats(*before.file.Tensor("blk.0.ffn_up.weight")));
}

TEST_F(QuantizeFileTest, NeverReplacesItsInput) {
  ASSERT_FALSE(SmallModel(NormalValues(24 * 256)).Write(Path("in")));
  std::filesystem::create_hard_link(Path("in"), Path("hard"));
  std::filesystem::create_symlink("in", Path("soft"));
  const std::string before = TextOf(Path("in"));
  for (const char* name : {"in", "./in", "hard", "soft"}) {
    for (const char* read : {"in", "hard", "soft"}) {
      const auto report = Quantize(Path(read), Path(name), "Q8_0", Existing::kReplaced);
      ASSERT_FALSE(report) << name;
      EXPECT_EQ(report.error().message,
                Path(name) + ": expected another file than the one that is read, found the same");
    }
  }
  EXPECT_EQ(TextOf(Path("in")), before);
  EXPECT_TRUE(std::filesystem::is_symlink(Path("soft")));
}

TEST_F(QuantizeFileTest, ReplacesAnotherFileWhenAsked) {
  ASSERT_FALSE(SmallModel(NormalValues(24 * 256)).Write(Path("in")));
  std::ofstream(Path("out")) << "what was there before";
  const auto refused = Quantize(Path("in"), Path("out"), "Q8_0");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            Path("out") + ": expected no such file, or --force to replace it");
  EXPECT_EQ(TextOf(Path("out")), "what was there before");
  ASSERT_TRUE(Quantize(Path("in"), Path("out"), "Q8_0", Existing::kReplaced));
  EXPECT_EQ(*OpenFile(Path("out")).file.Int(keys::kFileType), 7);
}

TEST_F(QuantizeFileTest, LeavesNoFileWhenItFails) {
  std::vector<float> values = NormalValues(24 * 256);
  values[5000] = std::numeric_limits<float>::infinity();
  ASSERT_FALSE(SmallModel(values).Write(Path("in")));
  const auto report = Quantize(Path("in"), Path("out"), "Q8_0");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message,
            "tensor 'blk.0.ffn_up.weight': expected finite numbers, found NaN or infinity");
  std::ofstream(Path("text")) << "this is no model";
  EXPECT_FALSE(Quantize(Path("text"), Path("out"), "Q8_0"));
  std::filesystem::remove(Path("text"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);  // the input
}

double SquaredError(const TensorView& actual, const TensorView& expected) {
  const std::vector<float> a = *ToFloats(actual), b = *ToFloats(expected);
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(double{a[i]} - double{b[i]}, 2);
  return sum;
}

TEST_F(QuantizeFileTest, IsAsGoodAsLlamaCpp) {
  const OpenFile original(GoldenPath("tiny-llama-f16.gguf"));
  const auto report = Quantize(GoldenPath("tiny-llama-f16.gguf"), Path("out"), "Q4_K_M");
  ASSERT_TRUE(report) << report.error().message;
  const OpenFile ours(Path("out")), theirs(GoldenPath("tiny-llama-Q4_K_M.gguf"));
  EXPECT_EQ(*ours.file.Int(keys::kFileType), *theirs.file.Int(keys::kFileType));
  ASSERT_EQ(ours.file.tensors().size(), theirs.file.tensors().size());
  double our_error = 0.0, their_error = 0.0;
  for (const GgufTensor& tensor : theirs.file.tensors()) {
    const auto own = ours.file.Tensor(tensor.name, tensor.view.shape);
    ASSERT_TRUE(own) << own.error().message;
    EXPECT_EQ(NameOf(own->dtype), NameOf(tensor.view.dtype)) << tensor.name;
    const TensorView exact = *original.file.Tensor(tensor.name);
    our_error += SquaredError(*own, exact);
    their_error += SquaredError(tensor.view, exact);
  }
  EXPECT_LE(std::sqrt(our_error), 1.05 * std::sqrt(their_error));
}

// FNV-1a (64 bits) of all Q8_0 tensors, by name: llama.cpp's file itself would be 4 MB.
TEST_F(QuantizeFileTest, Q80IsThatOfLlamaCppBitForBit) {
  constexpr std::uint64_t kTheirs = 0xd2f4483b499fb2d7;
  const auto report = Quantize(GoldenPath("tiny-llama-f16.gguf"), Path("out"), "Q8_0");
  ASSERT_TRUE(report) << report.error().message;
  const OpenFile ours(Path("out"));
  std::map<std::string, TensorView> tensors;
  for (const GgufTensor& tensor : ours.file.tensors()) {
    if (tensor.view.dtype == DType::kQ8_0) tensors[std::string(tensor.name)] = tensor.view;
  }
  EXPECT_EQ(tensors.size(), 30u);
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const auto& [name, tensor] : tensors) {
    for (const std::byte byte : tensor.bytes) {
      hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3;
    }
  }
  EXPECT_EQ(hash, kTheirs);
}

// Squared errors of the columns of blk.0.ffn_up.weight, weighed by their importance.
double WeightedError(const std::string& path, const std::vector<float>& values,
                     const std::vector<float>& importance) {
  const OpenFile file(path);
  const TensorView view = *file.file.Tensor("blk.0.ffn_up.weight");
  std::vector<float> back(values.size());
  Dequantize(view.dtype, view.bytes, back);
  double error = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    error += importance[i % importance.size()] * std::pow(double{back[i]} - double{values[i]}, 2);
  }
  return error;
}

// A few inputs matter a thousand times as much as the others, as in trained models.
TEST_F(QuantizeFileTest, ImportanceMovesErrorsToWhereTheyMatterLess) {
  std::vector<float> values = NormalValues(24 * 256);
  for (float& value : values) value = HalfToFloat(FloatToHalf(value));
  ASSERT_FALSE(SmallModel(values).Write(Path("in.gguf")));
  std::vector<float> importance(256, 1.0f);
  for (std::size_t i = 5; i < importance.size(); i += 16) importance[i] = 1000.0f;
  ImportanceMatrix matrix;
  matrix.entries["blk.0.ffn_up.weight"] = {.sums = importance, .counts = {1}};
  for (const char* type : {"q4_0", "q4_1", "q5_0", "q5_1", "q2_k", "q3_k_s", "q4_k_s", "q5_k_s",
                           "q6_k", "iq4_nl", "iq4_xs"}) {
    ASSERT_TRUE(Quantize(Path("in.gguf"), Path("plain.gguf"), type, Existing::kReplaced));
    const auto report = Quantize(Path("in.gguf"), Path("weighted.gguf"),
                                 {.type = *ParseFileType(type), .importance = &matrix});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->weighted_tensors, 1);
    EXPECT_LT(WeightedError(Path("weighted.gguf"), values, importance),
              0.8 * WeightedError(Path("plain.gguf"), values, importance))
        << type;
  }
}

TEST_F(QuantizeFileTest, ImportanceOfAnotherModelIsAnError) {
  ASSERT_FALSE(SmallModel(NormalValues(24 * 256)).Write(Path("in.gguf")));
  ImportanceMatrix matrix;
  matrix.entries["blk.9.ffn_up.weight"] = {.sums = std::vector<float>(256, 1.0f), .counts = {1}};
  const QuantizeOptions options = {.type = *ParseFileType("q4_0"), .importance = &matrix};
  EXPECT_THAT(Quantize(Path("in.gguf"), Path("out.gguf"), options).error().message,
              HasSubstr("imatrix: expected entries for tensors of this model, found none"));
  matrix.entries["blk.0.ffn_up.weight"] = {.sums = std::vector<float>(128, 1.0f), .counts = {1}};
  EXPECT_THAT(Quantize(Path("in.gguf"), Path("out.gguf"), options).error().message,
              HasSubstr("expected 256 inputs, found 128: it is of another model"));
}

// Blocks without any importance are quantized as if all values mattered alike.
TEST_F(QuantizeFileTest, ZerosAsImportanceAreFine) {
  const std::vector<float> values = NormalValues(24 * 256);
  ASSERT_FALSE(SmallModel(values).Write(Path("in.gguf")));
  ImportanceMatrix matrix;
  matrix.entries["blk.0.ffn_up.weight"] = {.sums = std::vector<float>(256, 0.0f), .counts = {1}};
  const std::vector<float> equal(256, 1.0f);
  for (const char* type : {"q4_0", "q4_1", "q3_k_s", "q4_k_s", "q6_k", "iq4_xs"}) {
    ASSERT_TRUE(Quantize(Path("in.gguf"), Path("plain.gguf"), type, Existing::kReplaced));
    ASSERT_TRUE(Quantize(Path("in.gguf"), Path("zeros.gguf"),
                         {.type = *ParseFileType(type), .importance = &matrix}));
    EXPECT_LT(WeightedError(Path("zeros.gguf"), values, equal),
              1.2 * WeightedError(Path("plain.gguf"), values, equal))
        << type;
  }
}

TEST_F(QuantizeFileTest, RulesComeBeforeTheMixture) {
  ASSERT_FALSE(SmallModel(NormalValues(24 * 256)).Write(Path("in.gguf")));
  QuantizeOptions options = {.type = *ParseFileType("q4_0")};
  options.rules.push_back(*TypeRule::Parse("ffn_(up|gate)=q6_k"));
  ASSERT_TRUE(Quantize(Path("in.gguf"), Path("out.gguf"), options));
  const OpenFile file(Path("out.gguf"));
  EXPECT_EQ(file.file.Tensor("blk.0.ffn_up.weight")->dtype, DType::kQ6_K);
  EXPECT_EQ(file.file.Tensor("output_norm.weight")->dtype, DType::kF32);
}

}  // namespace
}  // namespace edgevlm
