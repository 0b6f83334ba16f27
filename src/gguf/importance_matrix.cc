#include "gguf/importance_matrix.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/ascii.h"
#include "base/byte_reader.h"
#include "base/checked_copy.h"
#include "gguf/names.h"
#include "gguf/reader.h"
#include "gguf/writer.h"

namespace edgevlm {
namespace {

constexpr std::string_view kImatrixType = "imatrix";  // general.type
constexpr std::string_view kDatasets = "imatrix.datasets";
constexpr std::string_view kChunkCount = "imatrix.chunk_count";
constexpr std::string_view kChunkSize = "imatrix.chunk_size";
constexpr std::string_view kSumsEnd = ".in_sum2";
constexpr std::string_view kCountsEnd = ".counts";
constexpr std::size_t kGgufMagicBytes = 4;

Error Corrupt(const std::string& what) { return {ErrorCode::kCorrupt, "imatrix: " + what}; }

std::string InEntry(std::string_view name) {
  return "entry '" + Printable(name, ImportanceMatrix::kMaxNameBytes) + "': ";
}

MaybeError CheckInputs(std::string_view name, std::uint64_t inputs) {
  if (inputs <= ImportanceMatrix::kMaxInputs) return {};
  return Error{ErrorCode::kTooLarge, "imatrix: " + InEntry(name) + "expected at most " +
                                         std::to_string(ImportanceMatrix::kMaxInputs) +
                                         " inputs, found " + std::to_string(inputs)};
}

MaybeError CheckEntry(std::string_view name, const ImportanceMatrix::Entry& entry) {
  const auto is_valid = [](float value) { return std::isfinite(value) && value >= 0; };
  if (entry.counts.empty() || entry.sums.empty() || entry.sums.size() % entry.counts.size() != 0) {
    return Corrupt(InEntry(name) + "expected sums for each of its " +
                   std::to_string(entry.counts.size()) + " matrices, found " +
                   std::to_string(entry.sums.size()));
  }
  if (std::ranges::all_of(entry.sums, is_valid) && std::ranges::all_of(entry.counts, is_valid)) {
    return {};
  }
  return Corrupt(InEntry(name) + "expected numbers of at least 0, found others");
}

Result<std::vector<float>> FloatsOf(const GgufTensor& tensor) {
  const TensorView& view = tensor.view;
  if (view.dtype != DType::kF32) {
    return Corrupt(InEntry(tensor.name) + "expected F32, found " + std::string(NameOf(view.dtype)));
  }
  if (auto error = CheckInputs(tensor.name, view.bytes.size() / sizeof(float))) return *error;
  std::vector<float> values(view.bytes.size() / sizeof(float));
  if (!CheckedCopy(view.bytes, reinterpret_cast<std::byte*>(values.data()))) {
    return Error{ErrorCode::kIo, "imatrix: the file was cut short while it was read"};
  }
  return values;
}

Result<std::uint32_t> CountOf(const GgufFile& file, std::string_view key) {
  const auto count = file.Int(key, 0);
  if (!count) return count.error();
  if (*count < 0) return Corrupt(std::string(key) + ": expected a count, found a negative number");
  return static_cast<std::uint32_t>(*count);
}

Result<ImportanceMatrix> ParseGguf(std::span<const std::byte> bytes) {
  const auto file = GgufFile::Parse(bytes);
  if (!file) return file.error();
  const auto type = file->String(keys::kGeneralType, "model");
  if (!type) return type.error();
  if (*type != kImatrixType) {
    return Corrupt("expected a file of general.type 'imatrix', found '" + Printable(*type, 40) +
                   "'");
  }
  ImportanceMatrix matrix;
  for (const GgufTensor& tensor : file->tensors()) {
    if (!tensor.name.ends_with(kSumsEnd)) continue;
    const std::string name(tensor.name.substr(0, tensor.name.size() - kSumsEnd.size()));
    const GgufTensor* counts = file->FindTensor(name + std::string(kCountsEnd));
    if (counts == nullptr) return Corrupt(InEntry(name) + "expected its counts, found none");
    auto sums = FloatsOf(tensor);
    if (!sums) return sums.error();
    auto rows = FloatsOf(*counts);
    if (!rows) return rows.error();
    ImportanceMatrix::Entry entry = {*std::move(sums), *std::move(rows)};
    if (auto error = CheckEntry(name, entry)) return *error;
    matrix.entries.emplace(name, std::move(entry));
  }
  const auto chunks = CountOf(*file, kChunkCount);
  if (!chunks) return chunks.error();
  const auto chunk_tokens = CountOf(*file, kChunkSize);
  if (!chunk_tokens) return chunk_tokens.error();
  matrix.chunks = *chunks;
  matrix.chunk_tokens = *chunk_tokens;
  if (file->HasKey(kDatasets)) {
    const auto datasets = file->Strings(kDatasets);
    if (!datasets) return datasets.error();
    matrix.datasets.assign(datasets->begin(), datasets->end());
  }
  return matrix;
}

// An entry of the older form: its sums are means times a number of calls.
MaybeError ReadOldEntry(ByteReader& in, ImportanceMatrix& matrix) {
  const auto name_bytes = in.Get<std::int32_t>();
  if (name_bytes < 1 || name_bytes > static_cast<int>(ImportanceMatrix::kMaxNameBytes)) {
    return Corrupt("expected a name of 1 to " + std::to_string(ImportanceMatrix::kMaxNameBytes) +
                   " bytes, found " + std::to_string(name_bytes));
  }
  const std::string name(in.Text(static_cast<std::uint64_t>(name_bytes)));
  const auto calls = in.Get<std::int32_t>();
  const auto inputs = in.Get<std::int32_t>();
  if (!in.ok() || calls < 1 || inputs < 1) {
    return Corrupt(InEntry(name) + "expected counts of at least 1, found " + std::to_string(calls) +
                   " and " + std::to_string(inputs));
  }
  if (auto error = CheckInputs(name, static_cast<std::uint64_t>(inputs))) return error;
  const auto values = in.ReadBytes(sizeof(float) * static_cast<std::uint64_t>(inputs));
  if (!in.ok()) return Corrupt(InEntry(name) + "the file ends inside it");
  ImportanceMatrix::Entry entry;
  entry.sums.resize(static_cast<std::size_t>(inputs));
  std::memcpy(entry.sums.data(), values.data(), values.size());
  entry.counts = {static_cast<float>(calls)};
  if (auto error = CheckEntry(name, entry)) return error;
  matrix.entries.insert_or_assign(name, std::move(entry));
  return {};
}

Result<ImportanceMatrix> ParseOld(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  const auto count = in.Get<std::int32_t>();
  if (!in.ok() || count < 1 || count > static_cast<int>(ImportanceMatrix::kMaxTensors)) {
    return Corrupt("expected a GGUF file or an imatrix.dat, found neither");
  }
  ImportanceMatrix matrix;
  for (std::int32_t i = 0; i < count; ++i) {
    if (auto error = ReadOldEntry(in, matrix)) return *error;
  }
  // Files from before 2024 end here.
  const auto chunks = in.Get<std::int32_t>();
  const auto name_bytes = in.Get<std::int32_t>();
  if (!in.ok()) return matrix;
  matrix.chunks = static_cast<std::uint32_t>(std::max(chunks, 0));
  const std::string_view dataset = in.Text(static_cast<std::uint64_t>(std::max(name_bytes, 0)));
  if (!dataset.empty()) matrix.datasets = {std::string(dataset)};
  return matrix;
}

}  // namespace

std::vector<float> ImportanceMatrix::Entry::MeanSquares() const {
  std::vector<float> means(sums.size());
  const std::size_t inputs = sums.size() / counts.size();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const float count = counts[i / inputs];
    means[i] = count > 0 ? sums[i] / count : 0.0f;
  }
  return means;
}

Result<ImportanceMatrix> ImportanceMatrix::Parse(std::span<const std::byte> bytes) {
  // A copy of an old file, which may be cut while it is mapped; the reader of GGUF copies itself.
  const std::size_t head = std::min(bytes.size(), kGgufMagicBytes);
  std::vector<std::byte> copy(head);
  const Error cut = {ErrorCode::kIo, "imatrix: the file was cut short while it was read"};
  if (!CheckedCopy(bytes.first(head), copy.data())) return cut;
  if (head == kGgufMagicBytes && std::memcmp(copy.data(), "GGUF", head) == 0) {
    return ParseGguf(bytes);
  }
  copy.resize(bytes.size());
  if (!CheckedCopy(bytes, copy.data())) return cut;
  return ParseOld(copy);
}

MaybeError ImportanceMatrix::Write(const std::string& path, Existing existing) const {
  GgufWriter writer;
  writer.Add(keys::kGeneralType, std::string(kImatrixType));
  writer.Add(kDatasets, datasets);
  writer.Add(kChunkCount, chunks);
  writer.Add(kChunkSize, chunk_tokens);
  for (const auto& [name, entry] : entries) {
    const auto matrices = static_cast<std::int64_t>(entry.counts.size());
    const auto inputs = static_cast<std::int64_t>(entry.sums.size()) / matrices;
    writer.AddTensor(name + std::string(kSumsEnd), DType::kF32, {matrices, inputs},
                     std::as_bytes(std::span(entry.sums)));
    writer.AddTensor(name + std::string(kCountsEnd), DType::kF32, {matrices, 1},
                     std::as_bytes(std::span(entry.counts)));
  }
  return writer.Write(path, existing);
}

}  // namespace edgevlm
