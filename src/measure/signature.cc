#include "measure/signature.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "gguf/names.h"
#include "gguf/reader.h"
#include "kernels/layer_norm/layer_norm.h"
#include "kernels/matmul/bf16/bf16_matmul.h"
#include "kernels/matmul/float32/float32_matmul.h"
#include "kernels/matmul/int8/int8_matmul.h"
#include "kernels/rms_norm/rms_norm.h"
#include "measure/signature_model.h"
#include "model/families.h"

namespace edgevlm {
namespace {

constexpr int kPromptTokens = 4, kGeneratedTokens = 16;
constexpr int kRows = 3;  // of the products

// FNV-1a (Fowler, Noll and Vo 1991), 64 bits.
class SignatureHash {
 public:
  template <class T>
  void Add(std::span<const T> values) {
    for (const std::byte byte : std::as_bytes(values)) {
      hash_ = (hash_ ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3;
    }
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

// The tokens that the model generates, in float32 or with rounded activations. Returns the margin.
float AddTokens(const Decoder& decoder, bool is_fast, SignatureHash& hash) {
  ThreadPool pool(1);
  Workspace workspace;
  SequenceCache cache(decoder.cache_shape());
  std::vector<float> logits(static_cast<std::size_t>(decoder.shape().vocabulary));
  const View<float> row(logits.data(), 1, decoder.shape().vocabulary);
  std::vector<int> tokens(kPromptTokens, 1);
  float margin = std::numeric_limits<float>::infinity();
  for (int step = 0; step < kGeneratedTokens; ++step) {
    const TokenSpan span = {
        .cache = &cache, .first_position = cache.positions(), .tokens = tokens, .logits_rows = 1};
    decoder.Forward({&span, 1}, row, workspace, {.pool = pool, .fast = is_fast});
    const auto best = std::ranges::max_element(logits);
    tokens = {static_cast<int>(best - logits.begin())};
    hash.Add<int>(tokens);
    const float greatest = *best;
    *best = -std::numeric_limits<float>::infinity();
    margin = std::min(margin, greatest - *std::ranges::max_element(logits));
  }
  return margin;
}

struct Products {
  Products(const std::vector<float>& values, int width)
      : x(values.data(), kRows, width),
        int8(workspace.Alloc(kRows, MaxQuantizedRowFloats(width))),
        pairs(workspace.Alloc(kRows, Bf16Rows::Columns(width)), width) {
    for (int row = 0; row < kRows; ++row) {
      RoundRowToBf16Scalar(x.Row(row).data(), pairs, row);
    }
  }

  // In every form in which the tensor can be multiplied.
  void Add(const TensorView& tensor, SignatureHash& hash) const {
    ThreadPool pool(1);
    const auto outputs = static_cast<int>(tensor.shape[0]);
    std::vector<float> values(static_cast<std::size_t>(kRows * outputs));
    const View<float> y(values.data(), kRows, outputs);
    for (const Packing packing : {Packing::kExact, Packing::kBf16Pairs}) {
      const Result<Weight> w = Weight::Pack(tensor, outputs, x.cols, pool, packing);
      CHECK(w.ok());
      const MatMulPart all = {0, kRows, 0, w->panels()};
      if (w->type() == WeightType::kBf16Pairs) {
        Bf16MatMulScalar({pairs, *w, {}, y}, all);
      } else if (packing == Packing::kExact) {
        Float32MatMulScalar({x, *w, {}, y}, all);
      } else {
        Int8MatMulScalar({Quantized(RoundingFor(*w)), *w, {}, y}, all);
      }
      hash.Add<float>(values);
    }
  }

  QuantizedRows Quantized(const Int8Rounding& rounding) const {
    const int floats = QuantizedRowLayoutOf(x.cols, rounding).floats;
    const QuantizedRows rows(int8.Cols(0, floats), x.cols, rounding);
    for (int row = 0; row < kRows; ++row) {
      QuantizeInputsScalar({x.Row(row).data(), row, 0, x.cols}, rows);
    }
    return rows;
  }

  Workspace workspace;
  View<const float> x;
  View<float> int8;  // memory
  Bf16Rows pairs;
};

// The bits by the kernels' specification.
void AddProducts(const GgufFile& file, int width, SignatureHash& hash) {
  std::mt19937 random(kSignatureSeed);
  std::vector<float> values = ExactValues(static_cast<std::size_t>(kRows * width), random);
  for (float& value : values) value *= 8;
  const Products products(values, width);
  std::vector<float> normed(static_cast<std::size_t>(width));
  for (const GgufTensor& tensor : file.tensors()) {
    if (tensor.view.shape.rank() == 2) {
      products.Add(tensor.view, hash);
      continue;
    }
    const std::vector<float> gain = *ToFloats(tensor.view);
    RmsNormRowScalar(values.data(), gain.data(), 1e-5f, normed.data(), width);
    hash.Add<float>(normed);
    LayerNormRowScalar(values.data(), gain.data(), gain.data(), 1e-5f, normed.data(), width);
    hash.Add<float>(normed);
  }
}

}  // namespace

Signature ComputeSignature() {
  const std::vector<std::byte> bytes = SignatureModel(kSignatureSeed);
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  const Result<std::unique_ptr<Decoder>> decoder = LoadDecoder(*file);
  CHECK(decoder.ok());
  SignatureHash hash;
  Signature signature;
  signature.margin = std::min(AddTokens(**decoder, false, hash), AddTokens(**decoder, true, hash));
  AddProducts(*file, (*decoder)->shape().width, hash);
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash.value()));
  signature.text = text.data();
  return signature;
}

}  // namespace edgevlm
