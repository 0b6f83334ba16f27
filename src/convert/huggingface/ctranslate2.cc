#include "convert/huggingface/ctranslate2.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/byte_reader.h"
#include "convert/huggingface/limits.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

constexpr std::uint32_t kVersion = 6;
constexpr std::string_view kWhisperSpec = "WhisperSpec";

struct Variable {
  std::string_view dtype;  // as safetensors spells it
  std::vector<std::int64_t> extents;
  std::span<const std::byte> bytes;
};
using Variables = std::map<std::string, Variable, std::less<>>;

constexpr struct {
  std::string_view name;
  std::uint64_t bytes;
} kTypes[] = {{"F32", 4}, {"I8", 1}, {"I16", 2}, {"I32", 4}, {"F16", 2}, {"BF16", 2}};

Error CorruptSpec(const std::string& what) { return {ErrorCode::kCorrupt, "ctranslate2: " + what}; }

std::string_view ReadName(ByteReader& in) {
  const std::string_view text = in.Text(in.Get<std::uint16_t>());
  return text.substr(0, text.find('\0'));
}

Result<Variable> ReadVariable(ByteReader& in, const std::string& where) {
  Variable variable;
  const int rank = in.Get<std::uint8_t>();
  if (rank > Ctranslate2Limits::kRank) {
    return CorruptSpec(where + "expected at most " + std::to_string(Ctranslate2Limits::kRank) +
                       " extents, found " + std::to_string(rank));
  }
  std::uint64_t values = 1;
  bool fits = true;
  for (int i = 0; i < rank; ++i) {
    const auto extent = in.Get<std::uint32_t>();
    fits = fits && !__builtin_mul_overflow(values, extent, &values);
    variable.extents.push_back(extent);
  }
  const auto type = in.Get<std::uint8_t>();
  const std::uint64_t bytes = in.Get<std::uint32_t>();
  if (!in.ok()) return CorruptSpec(where + "expected its shape, found the end of the file");
  if (type >= std::size(kTypes)) {
    return CorruptSpec(where + "expected a type from 0 to 5, found " + std::to_string(type));
  }
  variable.dtype = kTypes[type].name;
  if (!fits || values > bytes || values * kTypes[type].bytes != bytes) {
    return CorruptSpec(where + "expected as many bytes as its shape needs, found " +
                       std::to_string(bytes));
  }
  variable.bytes = in.ReadBytes(bytes);
  if (!in.ok()) return CorruptSpec(where + "expected its values, found the end of the file");
  return variable;
}

Result<Variables> ReadVariables(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  if (const auto version = in.Get<std::uint32_t>(); version != kVersion) {
    return Error{ErrorCode::kUnsupported, "ctranslate2: version: expected " +
                                              std::to_string(kVersion) + ", found " +
                                              std::to_string(version)};
  }
  if (const std::string_view model = ReadName(in); model != kWhisperSpec) {
    return Error{ErrorCode::kUnsupported, "ctranslate2: model: expected " +
                                              std::string(kWhisperSpec) + ", found '" +
                                              Printable(model, kMaxQuotedName) + "'"};
  }
  in.Get<std::uint32_t>();  // revision
  const auto count = in.Get<std::uint32_t>();
  if (count > Ctranslate2Limits::kVariables) {
    return Error{ErrorCode::kTooLarge, "ctranslate2: expected at most " +
                                           std::to_string(Ctranslate2Limits::kVariables) +
                                           " variables, found " + std::to_string(count)};
  }
  Variables variables;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::string name(ReadName(in));
    const std::string where = "variable '" + Printable(name, kMaxQuotedName) + "': ";
    auto variable = ReadVariable(in, where);
    if (!variable) return variable.error();
    if (!variables.emplace(name, *std::move(variable)).second) {
      return CorruptSpec(where + "found twice");
    }
  }
  if (!in.ok()) {
    return CorruptSpec("expected " + std::to_string(count) + " variables, found the end");
  }
  return variables;
}

// What a module is called there and at Hugging Face. A linear layer of CTranslate2 may hold several
// of Hugging Face, one below the other.
struct ModuleName {
  std::string_view from;
  std::vector<std::string_view> to;
};

const ModuleName kEmbeddings[] = {
    {"encoder/conv1", {"model.encoder.conv1"}},
    {"encoder/conv2", {"model.encoder.conv2"}},
    {"encoder/position_encodings", {"model.encoder.embed_positions"}},
    {"encoder/layer_norm", {"model.encoder.layer_norm"}},
    {"decoder/embeddings", {"model.decoder.embed_tokens"}},
    {"decoder/position_encodings", {"model.decoder.embed_positions"}},
    {"decoder/layer_norm", {"model.decoder.layer_norm"}},
};
const ModuleName kBlock[] = {
    {"self_attention/layer_norm", {"self_attn_layer_norm"}},
    {"self_attention/linear_0", {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"}},
    {"self_attention/linear_1", {"self_attn.out_proj"}},
    {"attention/layer_norm", {"encoder_attn_layer_norm"}},
    {"attention/linear_0", {"encoder_attn.q_proj"}},
    {"attention/linear_1", {"encoder_attn.k_proj", "encoder_attn.v_proj"}},
    {"attention/linear_2", {"encoder_attn.out_proj"}},
    {"ffn/layer_norm", {"final_layer_norm"}},
    {"ffn/linear_0", {"fc1"}},
    {"ffn/linear_1", {"fc2"}},
};
constexpr struct {
  std::string_view from;
  std::string_view to;
} kMembers[] = {{"weight", "weight"},
                {"bias", "bias"},
                {"gamma", "weight"},
                {"beta", "bias"},
                {"encodings", "weight"}};

class Renamer {
 public:
  explicit Renamer(const Variables& variables) : variables_(variables) {}

  // Blocks of a side, "encoder" or "decoder".
  int CountBlocks(const std::string& side) const {
    int blocks = 0;
    while (
        variables_.contains(side + "/layer_" + std::to_string(blocks) + "/ffn/linear_0/weight")) {
      ++blocks;
    }
    return blocks;
  }

  MaybeError AddAll() {
    for (const ModuleName& module : kEmbeddings) {
      if (auto error = Add(std::string(module.from), "", module.to)) return error;
    }
    for (const std::string side : {"encoder", "decoder"}) {
      for (int block = 0; block < CountBlocks(side); ++block) {
        const std::string number = std::to_string(block);
        for (const ModuleName& module : kBlock) {
          const std::string from = side + "/layer_" + number + "/" + std::string(module.from);
          if (auto error = Add(from, "model." + side + ".layers." + number + ".", module.to)) {
            return error;
          }
        }
      }
    }
    return std::nullopt;
  }

  std::vector<SafetensorsTensor> tensors;

 private:
  MaybeError Add(const std::string& from, const std::string& prefix,
                 std::span<const std::string_view> to) {
    for (const auto& [member, name] : kMembers) {
      const auto found = variables_.find(from + "/" + std::string(member));
      if (found == variables_.end()) continue;
      const std::string where = "variable '" + found->first + "': ";
      const Variable& variable = found->second;
      if (variable.dtype.starts_with("I")) {
        return Error{ErrorCode::kUnsupported,
                     "ctranslate2: " + where + "expected F32, F16 or BF16, found " +
                         std::string(variable.dtype) + "; convert the model without quantization"};
      }
      const auto parts = static_cast<std::int64_t>(to.size());
      if (variable.extents.empty() || variable.extents[0] % parts != 0) {
        return CorruptSpec(where + "expected rows of " + std::to_string(parts) + " equal parts");
      }
      const std::size_t bytes = variable.bytes.size() / to.size();
      for (std::size_t part = 0; part < to.size(); ++part) {
        std::vector<std::int64_t> extents = variable.extents;
        extents[0] /= parts;
        // Keys have no bias in Whisper; the file has zeros.
        if (to[part].ends_with("k_proj") && name == "bias") continue;
        tensors.push_back({.name = prefix + std::string(to[part]) + "." + std::string(name),
                           .dtype = std::string(variable.dtype),
                           .extents = std::move(extents),
                           .bytes = variable.bytes.subspan(part * bytes, bytes)});
      }
    }
    return std::nullopt;
  }

  const Variables& variables_;
};

// An extent of a variable; 0 if there is none.
std::int64_t Extent(const Variables& variables, std::string_view name, std::size_t index) {
  const auto found = variables.find(name);
  if (found == variables.end() || found->second.extents.size() <= index) return 0;
  return found->second.extents[index];
}

// A single number; 0 if there is none.
std::int64_t Number(const Variables& variables, std::string_view name) {
  const auto found = variables.find(name);
  if (found == variables.end()) return 0;
  std::int64_t number = 0;
  const auto bytes = found->second.bytes;
  if (bytes.size() <= sizeof(number)) std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

}  // namespace

Result<Ctranslate2Model> ParseCtranslate2(std::span<const std::byte> bytes) {
  const auto variables = ReadVariables(bytes);
  if (!variables) return variables.error();
  Renamer renamer(*variables);
  if (auto error = renamer.AddAll()) return *error;
  const auto extent = [&](std::string_view name, std::size_t index) {
    return Extent(*variables, name, index);
  };
  nlohmann::json config = {
      {"architectures", {"WhisperForConditionalGeneration"}},
      {"d_model", extent("decoder/embeddings/weight", 1)},
      {"vocab_size", extent("decoder/embeddings/weight", 0)},
      {"num_mel_bins", extent("encoder/conv1/weight", 1)},
      {"max_source_positions", extent("encoder/position_encodings/encodings", 0)},
      {"max_target_positions", extent("decoder/position_encodings/encodings", 0)},
  };
  for (const std::string side : {"encoder", "decoder"}) {
    config[side + "_layers"] = renamer.CountBlocks(side);
    config[side + "_attention_heads"] = Number(*variables, side + "/num_heads");
    config[side + "_ffn_dim"] = extent(side + "/layer_0/ffn/linear_0/weight", 0);
  }
  return Ctranslate2Model{std::move(renamer.tensors), std::move(config)};
}

}  // namespace edgevlm
