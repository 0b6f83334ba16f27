#include "convert/quantize.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <span>
#include <vector>

#include "base/checked_copy.h"
#include "gguf/names.h"
#include "gguf/writer.h"
#include "kernels/quantize/quantize.h"
#include "tensor/dequantize.h"

namespace edgevlm {
namespace {

constexpr std::uint32_t kQuantizationVersion = 2;  // of the block formats, since 2023

// Values between two progress calls: a fraction of a second.
constexpr std::int64_t kValuesPerReport = 1 << 21;

std::string Where(const GgufTensor& tensor) { return "tensor '" + std::string(tensor.name) + "'"; }

Error Cut(const GgufTensor& tensor) {
  return {ErrorCode::kIo, Where(tensor) + ": the file was cut short while it was read"};
}

// Produces the output bytes of one tensor at a time.
class Converter {
 public:
  Converter(const MappedParts& input, ThreadPool& pool, const QuantizeProgress& progress,
            std::int64_t all_values)
      : input_(input), pool_(pool), progress_(progress), all_values_(all_values) {}

  // importance: of each input of each matrix, one after the other, or empty.
  Result<std::span<const std::byte>> Convert(const GgufTensor& tensor, DType dtype,
                                             std::vector<float> importance) {
    importance_ = std::move(importance);
    const TensorView& view = tensor.view;
    const auto values = static_cast<std::int64_t>(*ValuesOf(view.shape));
    written_.resize(static_cast<std::size_t>(*BytesOf(dtype, view.shape)));
    if (dtype == view.dtype) {
      if (!CheckedCopy(view.bytes, written_.data())) return Cut(tensor);
    } else {
      const std::int64_t row_values = view.shape.last();
      const std::int64_t rows = values / row_values;
      const std::int64_t step = std::max<std::int64_t>(1, kValuesPerReport / row_values);
      for (std::int64_t row = 0; row < rows; row += step) {
        const std::int64_t count = std::min(step, rows - row);
        if (auto error = ConvertRows(tensor, dtype, row, static_cast<int>(count))) return *error;
        progress_(done_ + (row + count) * row_values, all_values_);
      }
    }
    done_ += values;
    progress_(done_, all_values_);
    if (auto error = input_.CheckUnchanged()) return *error;
    return std::span<const std::byte>(written_);
  }

 private:
  // Rows [first, first + count) of written_. Errors: kIo, kCorrupt.
  MaybeError ConvertRows(const GgufTensor& tensor, DType dtype, std::int64_t first, int count) {
    const TensorView& view = tensor.view;
    const auto row_values = static_cast<std::size_t>(view.shape.last());
    const std::size_t read = static_cast<std::size_t>(*BytesOf(view.dtype, {view.shape.last()}));
    const std::size_t written = static_cast<std::size_t>(*BytesOf(dtype, {view.shape.last()}));
    stored_.resize(static_cast<std::size_t>(count) * read);
    values_.resize(static_cast<std::size_t>(pool_.threads()) * row_values);
    if (!CheckedCopy(view.bytes.subspan(static_cast<std::size_t>(first) * read, stored_.size()),
                     stored_.data())) {
      return Cut(tensor);
    }
    std::atomic<bool> finite = true;
    pool_.ParallelFor(count, 1, [&](int begin, int end, int thread) {
      const auto values =
          std::span(values_).subspan(static_cast<std::size_t>(thread) * row_values, row_values);
      for (int i = begin; i < end; ++i) {
        const auto row = static_cast<std::size_t>(i);
        Dequantize(view.dtype, std::span(stored_).subspan(row * read, read), values);
        if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
          finite = false;
          return;
        }
        const std::size_t at = (static_cast<std::size_t>(first) + row) * written;
        Quantize(values, dtype, std::span(written_).subspan(at, written),
                 ImportanceOf(first + i, view));
      }
    });
    if (finite) return std::nullopt;
    return Error{ErrorCode::kCorrupt,
                 Where(tensor) + ": expected finite numbers, found NaN or infinity"};
  }

  // Of the inputs of a row.
  std::span<const float> ImportanceOf(std::int64_t row, const TensorView& view) const {
    if (importance_.empty()) return {};
    const auto row_values = static_cast<std::size_t>(view.shape.last());
    const auto rows = *ValuesOf(view.shape) / row_values;
    const std::size_t matrices = importance_.size() / row_values;
    const std::size_t matrix = static_cast<std::size_t>(row) / (rows / matrices);
    return std::span(importance_).subspan(matrix * row_values, row_values);
  }

  const MappedParts& input_;
  ThreadPool& pool_;
  const QuantizeProgress& progress_;
  const std::int64_t all_values_;
  std::int64_t done_ = 0;
  std::vector<float> importance_;   // of the tensor, or empty
  std::vector<std::byte> stored_;   // a few rows of the input
  std::vector<float> values_;       // one row per thread
  std::vector<std::byte> written_;  // the whole output tensor
};

void CopyKeys(const GgufFile& file, const FileType& type, GgufWriter& writer) {
  const auto is_replaced = [](std::string_view name) {
    // The writer sets its own alignment.
    return name == keys::kFileType || name == keys::kQuantizationVersion ||
           name == keys::kAlignment;
  };
  for (const GgufKey& key : file.keys()) {
    if (!is_replaced(key.name)) writer.Add(key.name, file.Value(key));
  }
  writer.Add(keys::kFileType, type.id);
  writer.Add(keys::kQuantizationVersion, kQuantizationVersion);
}

// Requantizing from other blocks loses more than either quantization alone.
MaybeError CheckSource(const GgufTensor& tensor, DType dtype) {
  const bool is_quantized = InfoOf(tensor.view.dtype).block_values > 1;
  if (dtype == tensor.view.dtype || !is_quantized || InfoOf(dtype).block_values == 1) {
    return std::nullopt;
  }
  return Error{ErrorCode::kUnsupported,
               Where(tensor) + ": expected F32, F16 or BF16 to quantize, found " +
                   std::string(NameOf(tensor.view.dtype)) + ": start from the original file"};
}

// The importance of a tensor's inputs; empty if it is not known, or of no use for the type.
Result<std::vector<float>> ImportanceFor(const GgufTensor& tensor, DType dtype,
                                         const ImportanceMatrix* matrix) {
  if (matrix == nullptr || InfoOf(dtype).block_values == 1) return std::vector<float>();
  const auto found = matrix->entries.find(tensor.name);
  if (found == matrix->entries.end()) return std::vector<float>();
  const auto& [sums, counts] = found->second;
  const auto inputs = static_cast<std::uint64_t>(tensor.view.shape.last());
  const std::uint64_t rows = *ValuesOf(tensor.view.shape) / inputs;
  if (sums.size() != inputs * counts.size() || rows % counts.size() != 0) {
    return Error{ErrorCode::kInvalid, Where(tensor) + ": imatrix: expected " +
                                          std::to_string(inputs) + " inputs, found " +
                                          std::to_string(sums.size() / counts.size()) +
                                          ": it is of another model"};
  }
  return found->second.MeanSquares();
}

Result<QuantizeReport> PlanReport(const GgufFile& file, const QuantizeOptions& options,
                                  const MixtureFacts& facts) {
  QuantizeReport report;
  for (const GgufTensor& tensor : file.tensors()) {
    const DType dtype = ChooseType(tensor, options.type, facts, options.rules);
    if (auto error = CheckSource(tensor, dtype)) return *error;
    const auto importance = ImportanceFor(tensor, dtype, options.importance);
    if (!importance) return importance.error();
    report.weighted_tensors += importance->empty() ? 0 : 1;
    report.values += static_cast<std::int64_t>(*ValuesOf(tensor.view.shape));
    report.bytes_before += static_cast<std::int64_t>(tensor.view.bytes.size());
    report.bytes_after += static_cast<std::int64_t>(*BytesOf(dtype, tensor.view.shape));
  }
  return report;
}

}  // namespace

Result<QuantizeReport> QuantizeFile(const MappedParts& input, const QuantizeOptions& options,
                                    const std::string& path, ThreadPool& pool,
                                    const QuantizeProgress& progress) {
  // Only the unquantized file has the full precision.
  if (input.IsAt(path)) {
    return Error{ErrorCode::kInvalid,
                 path + ": expected another file than the one that is read, found the same"};
  }
  const auto file = GgufFile::Parse(input.bytes());
  if (!file) return file.error();
  const MixtureFacts facts = FactsOf(*file);
  const auto report = PlanReport(*file, options, facts);
  if (!report) return report.error();
  if (options.importance != nullptr && report->weighted_tensors == 0) {
    return Error{ErrorCode::kInvalid,
                 "imatrix: expected entries for tensors of this model, found none"};
  }
  GgufWriter writer;
  CopyKeys(*file, options.type, writer);
  Converter converter(input, pool, progress, report->values);
  for (const GgufTensor& tensor : file->tensors()) {
    const DType dtype = ChooseType(tensor, options.type, facts, options.rules);
    writer.AddTensor(tensor.name, dtype, tensor.view.shape, [&converter, &tensor, dtype, &options] {
      return converter.Convert(tensor, dtype, *ImportanceFor(tensor, dtype, options.importance));
    });
  }
  if (auto error = writer.Write(path, options.existing)) return *error;
  return report;
}

}  // namespace edgevlm
