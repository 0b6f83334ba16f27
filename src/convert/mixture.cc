#include "convert/mixture.h"

#include <algorithm>

#include "base/ascii.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr FileType kFileTypes[] = {
    {"F32", 0, DType::kF32, MixtureSize::kPlain},
    {"F16", 1, DType::kF16, MixtureSize::kPlain},
    {"BF16", 32, DType::kBF16, MixtureSize::kPlain},
    {"Q4_0", 2, DType::kQ4_0, MixtureSize::kPlain},
    {"Q4_1", 3, DType::kQ4_1, MixtureSize::kPlain},
    {"Q5_0", 8, DType::kQ5_0, MixtureSize::kPlain},
    {"Q5_1", 9, DType::kQ5_1, MixtureSize::kPlain},
    {"Q8_0", 7, DType::kQ8_0, MixtureSize::kPlain},
    {"Q2_K", 10, DType::kQ2_K, MixtureSize::kMedium},
    {"Q2_K_S", 21, DType::kQ2_K, MixtureSize::kSmall},
    {"Q3_K_S", 11, DType::kQ3_K, MixtureSize::kSmall},
    {"Q3_K_M", 12, DType::kQ3_K, MixtureSize::kMedium},
    {"Q3_K_L", 13, DType::kQ3_K, MixtureSize::kLarge},
    {"Q4_K_S", 14, DType::kQ4_K, MixtureSize::kSmall},
    {"Q4_K_M", 15, DType::kQ4_K, MixtureSize::kMedium},
    {"Q5_K_S", 16, DType::kQ5_K, MixtureSize::kSmall},
    {"Q5_K_M", 17, DType::kQ5_K, MixtureSize::kMedium},
    {"Q6_K", 18, DType::kQ6_K, MixtureSize::kPlain},
    {"IQ4_NL", 25, DType::kIQ4_NL, MixtureSize::kPlain},
    {"IQ4_XS", 30, DType::kIQ4_XS, MixtureSize::kPlain},
};

constexpr std::size_t kMaxRuleBytes = 200;

bool IsQuantized(DType dtype) { return InfoOf(dtype).block_values > 1; }

// The fallback if rows are not a multiple of the block size of `dtype`.
DType WithSmallerBlocks(DType dtype) {
  switch (dtype) {
    case DType::kQ2_K:
    case DType::kQ3_K:
      return DType::kQ4_0;
    case DType::kQ4_K:
      return DType::kQ5_0;
    case DType::kQ5_K:
      return DType::kQ5_1;
    case DType::kQ6_K:
      return DType::kQ8_0;
    case DType::kIQ4_XS:
      return DType::kIQ4_NL;
    default:
      return DType::kF16;
  }
}

// The type itself, or one whose blocks divide the rows.
DType Fitting(DType dtype, std::int64_t row_values) {
  if (row_values % InfoOf(dtype).block_values != 0) dtype = WithSmallerBlocks(dtype);
  return row_values % InfoOf(dtype).block_values != 0 ? DType::kF16 : dtype;
}

// The first and the last eighth of the blocks, and every third between them.
bool IsSensitive(int block, int blocks) {
  const int eighth = blocks / 8;
  return block < eighth || block >= 7 * blocks / 8 || (block - eighth) % 3 == 2;
}

// The block of a tensor, and the number of blocks.
struct BlockPosition {
  int block;
  int blocks;
  int queries_per_key;
};

bool NeedsMoreBits(const FileType& type, const BlockPosition& position) {
  return type.size == MixtureSize::kMedium && IsSensitive(position.block, position.blocks);
}

DType AttnValueType(const FileType& type, const BlockPosition& position) {
  const bool is_medium = type.size == MixtureSize::kMedium;
  const bool is_shared =
      position.queries_per_key >= 4;  // attn_v is so small that more bits cost little
  switch (type.dtype) {
    case DType::kQ2_K:
      if (is_shared) return DType::kQ4_K;
      return is_medium ? DType::kQ3_K : DType::kQ2_K;
    case DType::kQ3_K:
      if (type.size == MixtureSize::kLarge) return DType::kQ5_K;
      if (!is_medium) return DType::kQ3_K;
      return position.block < 2 ? DType::kQ5_K : DType::kQ4_K;
    case DType::kQ4_K:
      if (NeedsMoreBits(type, position)) return DType::kQ6_K;
      return !is_medium && position.block < 4 ? DType::kQ5_K : DType::kQ4_K;
    case DType::kQ5_K:
      return NeedsMoreBits(type, position) ? DType::kQ6_K : DType::kQ5_K;
    case DType::kIQ4_NL:
    case DType::kIQ4_XS:
      return is_shared ? DType::kQ5_K : type.dtype;
    default:
      return type.dtype;
  }
}

DType FfnDownType(const FileType& type, const BlockPosition& position) {
  const bool is_medium = type.size == MixtureSize::kMedium;
  const bool is_early = position.block < position.blocks / 8;
  switch (type.dtype) {
    case DType::kQ2_K:
      if (is_medium) return DType::kQ3_K;
      return is_early ? DType::kQ4_K : DType::kQ2_K;
    case DType::kQ3_K:
      if (type.size == MixtureSize::kLarge) return DType::kQ5_K;
      if (!is_medium) return DType::kQ3_K;
      return position.block < position.blocks / 16 ? DType::kQ5_K : DType::kQ4_K;
    case DType::kQ4_K:
      if (NeedsMoreBits(type, position)) return DType::kQ6_K;
      return !is_medium && is_early ? DType::kQ5_K : DType::kQ4_K;
    case DType::kQ5_K:
      return NeedsMoreBits(type, position) ? DType::kQ6_K : DType::kQ5_K;
    case DType::kIQ4_NL:
    case DType::kIQ4_XS:
      return is_early ? DType::kQ5_K : type.dtype;
    default:
      return type.dtype;
  }
}

DType AttnOutputType(const FileType& type) {
  if (type.dtype == DType::kQ2_K && type.size == MixtureSize::kMedium) return DType::kQ3_K;
  if (type.dtype != DType::kQ3_K || type.size == MixtureSize::kSmall) return type.dtype;
  return type.size == MixtureSize::kMedium ? DType::kQ4_K : DType::kQ5_K;
}

DType OutputType(DType dtype, std::int64_t row_values) {
  if (dtype == DType::kQ8_0 || row_values % InfoOf(dtype).block_values != 0) return DType::kQ8_0;
  return DType::kQ6_K;
}

DType ByRole(TensorRole role, const FileType& type, const BlockPosition& position,
             const GgufTensor& tensor, bool is_tied) {
  switch (role) {
    case TensorRole::kTokenEmbedding:
      return is_tied ? OutputType(type.dtype, tensor.view.shape.last()) : type.dtype;
    case TensorRole::kOutput:
      return OutputType(type.dtype, tensor.view.shape.last());
    case TensorRole::kAttnV:
    case TensorRole::kAttnQkv:
      return AttnValueType(type, position);
    case TensorRole::kAttnOutput:
      return AttnOutputType(type);
    case TensorRole::kFfnDown:
      return FfnDownType(type, position);
    default:
      return type.dtype;
  }
}

// Leading dimensions of 1 do not count.
bool IsMatrix(const Shape& shape) {
  return shape.rank() >= 2 && !shape.SameUpToLeadingOnes({shape.last()});
}

}  // namespace

std::span<const FileType> FileTypes() { return kFileTypes; }

Result<FileType> ParseFileType(std::string_view name) {
  const std::string upper = ToUpperAscii(name);
  std::string names;
  for (const FileType& type : kFileTypes) {
    const bool is_default = type.size == MixtureSize::kMedium && upper + "_M" == type.name;
    if (type.name == upper || is_default) return type;
    names += (names.empty() ? "" : ", ") + std::string(type.name);
  }
  return Error{ErrorCode::kInvalid,
               "type: expected one of " + names + ", found " + Printable(std::string(name), 40)};
}

MixtureFacts FactsOf(const GgufFile& file) {
  MixtureFacts facts;
  facts.is_tied = true;
  for (const GgufTensor& tensor : file.tensors()) {
    int& blocks = tensor.name.starts_with("v.") ? facts.vision_blocks : facts.decoder_blocks;
    blocks = std::max(blocks, BlockOf(tensor.name) + 1);
    if (RoleOf(tensor.name) == TensorRole::kOutput) facts.is_tied = false;
  }
  const auto architecture = file.String(keys::kArchitecture, "");
  if (!architecture) return facts;
  const auto heads = file.Int(keys::HeadCount(*architecture), 1);
  const auto kv_heads = file.Int(keys::HeadCountKv(*architecture), heads ? *heads : 1);
  if (heads && kv_heads && *kv_heads > 0) facts.queries_per_key = *heads / *kv_heads;
  return facts;
}

Result<TypeRule> TypeRule::Parse(std::string_view text) {
  const auto expected = [&](const std::string& what) {
    return Error{ErrorCode::kInvalid, "tensor-type: expected " + what + ", found '" +
                                          Printable(text, kMaxRuleBytes) + "'"};
  };
  const std::size_t sign = text.rfind('=');
  if (sign == std::string_view::npos || sign == 0) return expected("PATTERN=TYPE");
  if (text.size() > kMaxRuleBytes) {
    return expected("at most " + std::to_string(kMaxRuleBytes) + " bytes");
  }
  const std::string name = ToUpperAscii(text.substr(sign + 1));
  const auto dtypes = DTypes();
  const auto found = std::ranges::find(
      dtypes, name, [](const DTypeInfo& info) { return ToUpperAscii(info.name); });
  const bool is_written =
      found != dtypes.end() &&
      std::ranges::any_of(kFileTypes, [&](const FileType& t) { return t.dtype == found->dtype; });
  if (!is_written) return expected("a type that `quantize` writes after '='");
  // libstdc++'s matcher that never takes exponential time; it has no back-references.
  constexpr auto kSyntax = std::regex::ECMAScript | std::regex_constants::__polynomial;
  try {
    return TypeRule(std::regex(std::string(text.substr(0, sign)), kSyntax), found->dtype);
  } catch (const std::regex_error&) {
    return expected("a regular expression before '='");
  }
}

bool TypeRule::Matches(std::string_view tensor) const {
  return std::regex_search(tensor.begin(), tensor.end(), pattern_);
}

DType ChooseType(const GgufTensor& tensor, const FileType& type, const MixtureFacts& facts,
                 std::span<const TypeRule> rules) {
  const TensorRole role = RoleOf(tensor.name);
  if (role == TensorRole::kFixed || !IsMatrix(tensor.view.shape)) return tensor.view.dtype;
  const std::int64_t row_values = tensor.view.shape.last();
  const auto rule = std::find_if(rules.rbegin(), rules.rend(), [&](const TypeRule& candidate) {
    return candidate.Matches(tensor.name);
  });
  if (rule != rules.rend()) return Fitting(rule->dtype(), row_values);
  if (!IsQuantized(type.dtype)) return type.dtype;
  const bool is_vision = tensor.name.starts_with("v.");
  const BlockPosition position{.block = BlockOf(tensor.name),
                               .blocks = is_vision ? facts.vision_blocks : facts.decoder_blocks,
                               .queries_per_key = is_vision ? 1 : facts.queries_per_key};
  return Fitting(ByRole(role, type, position, tensor, facts.is_tied), row_values);
}

}  // namespace edgevlm
