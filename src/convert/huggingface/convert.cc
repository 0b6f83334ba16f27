#include "convert/huggingface/convert.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <map>
#include <utility>

#include "base/ascii.h"
#include "convert/huggingface/family.h"
#include "convert/huggingface/limits.h"
#include "gguf/names.h"
#include "gguf/writer.h"

namespace edgevlm {
namespace {

constexpr std::uint32_t kQuantizationVersion = 2;

struct OutType {
  std::string_view name;
  std::optional<DType> dtype;
};
constexpr OutType kOutTypes[] = {
    {"auto", std::nullopt}, {"f32", DType::kF32}, {"f16", DType::kF16}, {"bf16", DType::kBF16}};

// The numbers of general.file_type.
std::uint32_t FileTypeOf(DType dtype) {
  constexpr std::pair<DType, std::uint32_t> kIds[] = {{DType::kF16, 1},
                                                      {DType::kQ4_0, 2},
                                                      {DType::kQ4_1, 3},
                                                      {DType::kQ8_0, 7},
                                                      {DType::kBF16, 32}};
  const auto* found = std::ranges::find(kIds, dtype, &std::pair<DType, std::uint32_t>::first);
  return found == std::end(kIds) ? 0 : found->second;
}

// The type of most weights in matrices.
DType MainType(const std::vector<PlannedTensor>& tensors, DType fallback) {
  std::map<DType, std::uint64_t> values;
  for (const PlannedTensor& tensor : tensors) {
    if (tensor.shape.rank() > 1) values[tensor.dtype] += *ValuesOf(tensor.shape);
  }
  const auto most =
      std::ranges::max_element(values, {}, [](const auto& entry) { return entry.second; });
  return most == values.end() ? fallback : most->first;
}

ConvertedFile Describe(const std::string& path, const std::vector<PlannedTensor>& tensors,
                       DType dtype) {
  ConvertedFile file = {.path = path,
                        .dtype = MainType(tensors, dtype),
                        .tensors = static_cast<int>(tensors.size()),
                        .bytes = TotalBytes(tensors)};
  for (const PlannedTensor& tensor : tensors) {
    if (!tensor.obstacle.empty()) {
      if (file.dequantized_matrices++ == 0) file.obstacle = tensor.obstacle;
    } else if (tensor.open_packed && tensor.dtype != dtype) {
      ++file.kept_matrices;
    }
  }
  return file;
}

// One file to write.
struct FileJob {
  FilePlan plan;
  std::string path;
  std::string_view type;  // general.type
};

Existing ExistingOf(const ConvertOptions& options) {
  return options.replaces ? Existing::kReplaced : Existing::kKept;
}

// F16 or BF16, whichever the folder's matrices are in; F16 for those in F32.
DType TypeOfFolder(const Checkpoint& checkpoint) {
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (tensor.extents.size() < 2) continue;
    if (tensor.dtype == "BF16") return DType::kBF16;
    if (tensor.dtype == "F16") return DType::kF16;
  }
  return DType::kF16;
}

Result<ConversionSource> OpenSource(const ConvertOptions& options) {
  auto model = OpenFolder(options.folder);
  if (!model) return model.error();
  const DType dtype = options.dtype.value_or(TypeOfFolder(model->checkpoint));
  ConversionSource source = {.model = *std::move(model), .vision = std::nullopt, .dtype = dtype};
  if (!options.vision_folder.empty()) {
    auto vision = OpenFolder(options.vision_folder);
    if (!vision) return vision.error();
    source.vision = *std::move(vision);
  }
  for (ModelFolder* folder : {&source.model, source.vision ? &*source.vision : nullptr}) {
    if (folder == nullptr || !folder->checkpoint.packed()) continue;
    folder->checkpoint.set_packed({folder->checkpoint.packed()->scheme, !options.dtype});
  }
  return source;
}

std::string VisionEncoderPath(const std::string& path) {
  const std::filesystem::path whole = path;
  return (whole.parent_path() / ("mmproj-" + whole.filename().string())).string();
}

Error InFolder(const std::string& folder, const Error& error) {
  if (error.message.starts_with(folder)) return error;
  return error.In(folder);
}

Result<std::vector<FileJob>> PlanJobs(const ConvertOptions& options, ConversionSource& source) {
  const auto family = FindFamily(source.model.config);
  if (!family) return family.error();
  const bool has_vision_encoder = (*family)->plan_vision != nullptr;
  if (!has_vision_encoder &&
      (options.part == ModelPart::kVision || !options.vision_folder.empty())) {
    return Error{ErrorCode::kInvalid, options.folder +
                                          ": expected a model with a vision encoder, found " +
                                          std::string((*family)->name)};
  }
  std::vector<FileJob> jobs;
  if (options.part != ModelPart::kVision) {
    auto plan = (*family)->plan_text(source);
    if (!plan) return InFolder(options.folder, plan.error());
    jobs.push_back({*std::move(plan), options.path, "model"});
  }
  if (has_vision_encoder && options.part != ModelPart::kText) {
    auto plan = (*family)->plan_vision(source);
    if (!plan) return InFolder(options.folder, plan.error());
    const bool is_second = options.part == ModelPart::kAll;
    jobs.push_back(
        {*std::move(plan), is_second ? VisionEncoderPath(options.path) : options.path, "mmproj"});
  }
  return jobs;
}

// "TinyLlama-1.1B-Chat" -> "TinyLlama 1.1B Chat"; "smollm" -> "Smollm".
std::string ModelName(const std::string& folder) {
  std::filesystem::path path = std::filesystem::absolute(folder).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  std::string name = path.filename().string();
  bool is_first = true;
  for (char& c : name) {
    if (c == '-') c = ' ';
    if (is_first) c = ToUpperAscii(c);
    is_first = c == ' ';
  }
  return name;
}

// The number of parameters for people: "1.1B", "135M".
std::string SizeLabel(const std::vector<PlannedTensor>& tensors) {
  double values = 0;
  for (const PlannedTensor& tensor : tensors) {
    const auto count = ValuesOf(tensor.shape);
    values += count ? static_cast<double>(*count) : 0;
  }
  constexpr struct {
    double unit;
    char letter;
  } kUnits[] = {{1e12, 'T'}, {1e9, 'B'}, {1e6, 'M'}};
  double unit = 1e3;
  char letter = 'K';
  for (const auto& larger : kUnits) {
    if (values < larger.unit) continue;
    unit = larger.unit;
    letter = larger.letter;
    break;
  }
  const double scaled = values / unit;
  const int digits = std::lround(scaled) == 0 ? 2 : std::lround(scaled) < 10 ? 1 : 0;
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.*f%c", digits, scaled, letter);
  return text.data();
}

// Whether the conversion may read this file: any file of the folder except GGUF files, which
// earlier conversions may have written there.
bool IsSource(const std::string& folder, const std::string& path) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".gguf") continue;
    if (std::filesystem::equivalent(entry.path(), path, ignored)) return true;
  }
  return false;
}

MaybeError CheckPaths(const std::vector<FileJob>& jobs, const ConvertOptions& options) {
  for (const FileJob& job : jobs) {
    if (IsSource(options.folder, job.path) || IsSource(options.vision_folder, job.path)) {
      return Error{
          ErrorCode::kInvalid,
          job.path + ": expected another file than those that are read, found one of them"};
    }
    if (auto error = CheckOutput(job.path, ExistingOf(options))) return *error;
  }
  return std::nullopt;
}

MaybeError CheckSpace(const std::string& path, std::uint64_t bytes) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  if (error) return Error{ErrorCode::kIo, folder.string() + ": " + error.message()};
  if (space.available >= bytes) return std::nullopt;
  return Error{ErrorCode::kIo, folder.string() + ": expected " + std::to_string(bytes) +
                                   " free bytes, found " + std::to_string(space.available)};
}

// Bytes written so far, over all files.
struct Progress {
  std::function<void(std::uint64_t, std::uint64_t)> notify = {};
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

MaybeError CheckUnchanged(const ConversionSource& source) {
  if (auto error = source.model.checkpoint.CheckUnchanged()) return error;
  return source.vision ? source.vision->checkpoint.CheckUnchanged() : std::nullopt;
}

// Writes tensors one at a time and releases the pages of each source tensor after use.
Result<std::vector<std::byte>> Make(const PlannedTensor& tensor, const ConversionSource& source,
                                    Progress& progress) {
  auto bytes = MakeBytes(tensor);
  if (!bytes) return InFolder(source.model.path, bytes.error());
  if (auto error = CheckUnchanged(source)) return *error;
  ReleasePages(tensor.source.bytes);
  progress.done += bytes->size();
  if (progress.notify) progress.notify(progress.done, progress.total);
  return bytes;
}

MaybeError WriteJob(const FileJob& job, Existing existing, const ConversionSource& source,
                    Progress& progress) {
  GgufWriter writer;
  for (const auto& [key, value] : job.plan.keys) writer.Add(key, value);
  writer.Add(keys::kGeneralType, std::string(job.type));
  writer.Add(keys::kName, ModelName(source.model.path));
  writer.Add(keys::kSizeLabel, SizeLabel(job.plan.tensors));
  writer.Add(keys::kFileType, FileTypeOf(MainType(job.plan.tensors, source.dtype)));
  writer.Add(keys::kQuantizationVersion, kQuantizationVersion);
  std::vector<std::byte> bytes;  // of the tensor that is being written
  for (const PlannedTensor& tensor : job.plan.tensors) {
    const auto make = [&]() -> Result<std::span<const std::byte>> {
      bytes = {};  // before the next ones are made
      auto made = Make(tensor, source, progress);
      if (!made) return made.error();
      bytes = *std::move(made);
      return std::span<const std::byte>(bytes);
    };
    writer.AddTensor(tensor.name, tensor.dtype, tensor.shape, make);
  }
  return writer.Write(job.path, existing);
}

}  // namespace

Result<std::vector<ConvertedFile>> ConvertFolder(const ConvertOptions& options) {
  auto source = OpenSource(options);
  if (!source) return source.error();
  const auto jobs = PlanJobs(options, *source);
  if (!jobs) return jobs.error();
  if (auto error = CheckPaths(*jobs, options)) return *error;
  Progress progress = {.notify = options.progress};
  for (const FileJob& job : *jobs) progress.total += TotalBytes(job.plan.tensors);
  if (auto error = CheckSpace(options.path, progress.total)) return *error;
  std::vector<ConvertedFile> files;
  for (const FileJob& job : *jobs) {
    if (auto error = WriteJob(job, ExistingOf(options), *source, progress)) return *error;
    files.push_back(Describe(job.path, job.plan.tensors, source->dtype));
  }
  return files;
}

Result<std::optional<DType>> ParseOutType(std::string_view name) {
  for (const OutType& type : kOutTypes) {
    if (type.name == name) return type.dtype;
  }
  return Error{ErrorCode::kInvalid,
               "--outtype: expected auto, f32, f16 or bf16 (others: edgevlm quantize), found " +
                   Printable(name, kMaxQuotedValue)};
}

}  // namespace edgevlm
