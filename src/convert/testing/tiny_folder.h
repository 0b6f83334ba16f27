// TinyFolder: a Hugging Face model folder with random weights. For tests.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
#include "tensor/tensor_view.h"

namespace edgevlm {

struct StoredTensor {
  std::string dtype;  // "F16"
  std::vector<std::int64_t> extents;
  std::string bytes;
};
using StoredTensors = std::map<std::string, StoredTensor>;

// A whole file: the header, then the tensors by their names.
inline std::string SafetensorsText(const StoredTensors& tensors) {
  nlohmann::json header = {{"__metadata__", {{"format", "pt"}}}};
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    header[name] = {{"dtype", tensor.dtype},
                    {"shape", tensor.extents},
                    {"data_offsets", {data.size(), data.size() + tensor.bytes.size()}}};
    data += tensor.bytes;
  }
  const std::string text = header.dump();
  std::string file;
  for (int byte = 0; byte < 8; ++byte) file += static_cast<char>(text.size() >> (8 * byte) & 0xff);
  return file + text + data;
}

// A SentencePiece model. Types: 1 normal, 2 unknown, 3 control, 6 byte.
struct TinyPiece {
  std::string text;
  float score;
  int type = 1;
};

inline std::string SentencePieceText(const std::vector<TinyPiece>& pieces) {
  std::string file;
  for (const TinyPiece& piece : pieces) {
    std::string message =
        "\x0a" + std::string(1, static_cast<char>(piece.text.size())) + piece.text;
    message += '\x15';
    message.append(reinterpret_cast<const char*>(&piece.score), sizeof(piece.score));
    message += '\x18';
    message += static_cast<char>(piece.type);
    file += '\x0a';
    file += static_cast<char>(message.size());
    file += message;
  }
  return file;
}

class TinyFolder {
 public:
  explicit TinyFolder(unsigned seed = 1) : random_(seed) {
    std::string pattern = (std::filesystem::temp_directory_path() / "Tiny-folder-XXXXXX").string();
    CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TinyFolder() { std::filesystem::remove_all(path_); }
  TinyFolder(const TinyFolder&) = delete;
  TinyFolder& operator=(const TinyFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(File(name), std::ios::binary) << text;
  }
  void WriteJson(const std::string& name, const nlohmann::json& value) const {
    Write(name, value.dump());
  }

  // Normally distributed values, as the type holds them.
  void Add(const std::string& name, const Shape& shape, float mean, float deviation,
           DType dtype = DType::kF16) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape.extents()) count *= extent;
    std::normal_distribution<float> normal(mean, deviation);
    std::vector<float> values;
    for (std::int64_t i = 0; i < count; ++i) values.push_back(normal(random_));
    AddValues(name, shape, values, dtype);
  }
  void Add(const std::string& name, const Shape& shape) { Add(name, shape, 0, 1); }

  void AddValues(const std::string& name, const Shape& shape, const std::vector<float>& values,
                 DType dtype) {
    const auto bytes = FromFloats(values, dtype);
    CHECK(bytes.ok());
    const auto stored = ToFloats({.dtype = dtype, .shape = shape, .bytes = *bytes});
    CHECK(stored.ok());
    values_[name] = *stored;
    tensors[name] = {.dtype = std::string(NameOf(dtype)),
                     .extents = {shape.extents().begin(), shape.extents().end()},
                     .bytes = {reinterpret_cast<const char*>(bytes->data()), bytes->size()}};
  }

  const std::vector<float>& Values(const std::string& name) const {
    CHECK(values_.contains(name));
    return values_.at(name);
  }

  // Writes config.json and the weights.
  void Save() const {
    WriteJson("config.json", config);
    Write("model.safetensors", SafetensorsText(tensors));
  }

  nlohmann::json config;
  StoredTensors tensors;

 private:
  std::string path_;
  std::mt19937 random_;
  std::map<std::string, std::vector<float>> values_;
};

}  // namespace edgevlm
