#include "convert/huggingface/checkpoint.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <set>
#include <utility>

#include "base/file_kind.h"
#include "convert/huggingface/ctranslate2.h"
#include "convert/huggingface/ggml_whisper.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/limits.h"
#include "convert/huggingface/openai_checkpoint.h"
#include "convert/huggingface/torch_file.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

using FileOfTensor = std::map<std::string, std::string>;

// The entries of "weight_map": tensor -> file in the folder of the index.
Result<FileOfTensor> ReadIndex(const std::string& path) {
  Result<JsonObject> index = JsonObject::Read(path);
  if (!index) return index.error();
  const nlohmann::json* map = index->Find("weight_map");
  if (map == nullptr || !map->is_object() || map->empty()) {
    index->Expect("weight_map", "the names of files by tensor");
    return index->error();
  }
  FileOfTensor files;
  for (const auto& [tensor, file] : map->items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name.find('/') != std::string::npos) {
      return Error{ErrorCode::kCorrupt, path + ": tensor '" + Printable(tensor, kMaxQuotedName) +
                                            "': expected the name of a file beside, found '" +
                                            Printable(name, kMaxQuotedName) + "'"};
    }
    files[tensor] = name;
  }
  return files;
}

// The only file of weights in a folder, whatever its name: AutoGPTQ calls it
// gptq_model-4bit-128g.safetensors. None if there are several.
std::optional<std::string> OnlyWeights(const std::filesystem::path& folder) {
  std::optional<std::string> only;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() != ".safetensors") continue;
    if (only) return std::nullopt;
    only = entry.path().string();
  }
  return only;
}

Error NoWeights(const std::filesystem::path& folder) {
  std::string found = "none";
  for (const char* other : {"pytorch_model.bin", "pytorch_model.bin.index.json"}) {
    if (std::filesystem::exists(folder / other)) found = other;
  }
  return {ErrorCode::kNotFound, folder.string() +
                                    ": weights: expected model.safetensors or "
                                    "model.safetensors.index.json, found " +
                                    found};
}

}  // namespace

MaybeError Checkpoint::Add(const std::string& path) {
  auto file = MappedFile::Open(path);
  if (!file) return file.error();
  auto tensors = ParseSafetensors(file->bytes());
  if (!tensors) return tensors.error().In(path);
  files_.push_back(*std::move(file));
  return AddTensors(path, *std::move(tensors));
}

MaybeError Checkpoint::AddCtranslate2(const std::string& path) {
  auto file = MappedFile::Open(path);
  if (!file) return file.error();
  auto model = ParseCtranslate2(file->bytes());
  if (!model) return model.error().In(path);
  files_.push_back(*std::move(file));
  config_ = std::move(model->config);
  return AddTensors(path, std::move(model->tensors));
}

MaybeError Checkpoint::AddTensors(const std::string& path, std::vector<SafetensorsTensor> tensors) {
  for (SafetensorsTensor& tensor : tensors) {
    const std::string name = tensor.name;
    if (!tensors_.emplace(name, std::move(tensor)).second) {
      return Error{ErrorCode::kCorrupt, path + ": tensor '" + Printable(name, kMaxQuotedName) +
                                            "': found in another file too"};
    }
  }
  return std::nullopt;
}

MaybeError Checkpoint::AddIndexed(const std::filesystem::path& folder,
                                  const std::string& index_path) {
  const auto index = ReadIndex(index_path);
  if (!index) return index.error();
  std::set<std::string> files;
  for (const auto& [tensor, file] : *index) files.insert(file);
  for (const std::string& file : files) {
    if (auto error = Add((folder / file).string())) return error;
  }
  for (const auto& [tensor, file] : *index) {
    if (Find(tensor) == nullptr) {
      return Error{ErrorCode::kNotFound, index_path + ": tensor '" +
                                             Printable(tensor, kMaxQuotedName) + "': expected in " +
                                             Printable(file, kMaxQuotedName) + ", found nowhere"};
    }
  }
  return std::nullopt;
}

MaybeError Checkpoint::AddFolder(const std::filesystem::path& folder) {
  const std::string index_path = (folder / "model.safetensors.index.json").string();
  if (std::filesystem::exists(index_path)) return AddIndexed(folder, index_path);
  const std::string single = (folder / "model.safetensors").string();
  if (std::filesystem::exists(single)) return Add(single);
  if (const auto weights = OnlyWeights(folder)) return Add(*weights);
  const std::string ctranslate2 = (folder / "model.bin").string();
  if (std::filesystem::exists(ctranslate2)) return AddCtranslate2(ctranslate2);
  return NoWeights(folder);
}

Result<Checkpoint> Checkpoint::Open(const std::string& folder) {
  Checkpoint checkpoint;
  if (auto error = checkpoint.AddFolder(folder)) return *error;
  return checkpoint;
}

MaybeError Checkpoint::AddOpenAi(const std::string& path, MappedFile file) {
  auto model = ParseOpenAiWhisper(file.bytes());
  if (!model) return model.error().In(path);
  const auto beside = std::filesystem::path(path).parent_path() / model->vocabulary_file;
  auto vocabulary = MappedFile::Open(beside.string());
  if (!vocabulary) {
    return Error{vocabulary.error().code,
                 path + ": vocabulary: expected " + model->vocabulary_file +
                     " of the package openai-whisper (whisper/assets) beside it, found none"};
  }
  const auto bytes = vocabulary->bytes();
  auto texts = ParseTiktoken({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!texts) return texts.error().In(beside.string());
  files_.push_back(std::move(file));
  config_ = std::move(model->config);
  texts_ = *std::move(texts);
  return AddTensors(path, std::move(model->tensors));
}

Result<Checkpoint> Checkpoint::OpenFile(const std::string& path) {
  auto file = MappedFile::Open(path);
  if (!file) return file.error();
  Checkpoint checkpoint;
  if (IsTorchFile(file->bytes())) {
    if (auto error = checkpoint.AddOpenAi(path, *std::move(file))) return *error;
    return checkpoint;
  }
  if (!IsGgml(file->bytes())) {
    return Error{ErrorCode::kUnsupported,
                 path +
                     ": expected a folder, or a model of whisper.cpp (ggml) or OpenAI (.pt), "
                     "found " +
                     DescribeFile(file->bytes())};
  }
  auto model = ParseGgmlWhisper(file->bytes());
  if (!model) return model.error().In(path);
  checkpoint.files_.push_back(*std::move(file));
  checkpoint.config_ = std::move(model->config);
  checkpoint.texts_ = std::move(model->texts);
  if (auto error = checkpoint.AddTensors(path, std::move(model->tensors))) return *error;
  return checkpoint;
}

const SafetensorsTensor* Checkpoint::Find(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

MaybeError Checkpoint::CheckUnchanged() const {
  for (const MappedFile& file : files_) {
    if (auto error = file.CheckUnchanged()) return error;
  }
  return std::nullopt;
}

void ReleasePages(std::span<const std::byte> bytes) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
  // Whole pages only: those at the ends may also hold a neighboring tensor that is still needed.
  const std::uintptr_t begin = (address + page - 1) / page * page;
  const std::uintptr_t end = (address + bytes.size()) / page * page;
  if (begin >= end) return;
  auto* const whole = const_cast<std::byte*>(bytes.data()) + (begin - address);
  // A failure costs memory, not correctness.
  (void)madvise(whole, end - begin, MADV_DONTNEED);
}

}  // namespace edgevlm
