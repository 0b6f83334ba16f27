#include "convert/huggingface/plan.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "convert/huggingface/limits.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kWeightEnd = ".weight";
constexpr std::string_view kBiasEnd = ".bias";

// Attention masks and position tables, which every version of the libraries saves and recomputes.
constexpr std::string_view kAlwaysDropped[] = {
    "*rotary_emb.inv_freq",    "*.attn.bias",   "*.attn.masked_bias", "*.attention.bias",
    "*.attention.masked_bias", "*position_ids",
};

std::string WithBlock(std::string_view pattern, int block) {
  std::string name(pattern);
  const std::size_t mark = name.find('#');
  if (mark != std::string::npos) name.replace(mark, 1, std::to_string(block));
  return name;
}

// The tensor whose presence selects the prefix of a rule group.
std::string FirstTensor(const TensorRule& rule, const std::string& prefix) {
  std::string name = prefix + WithBlock(rule.source, 0);
  if (rule.members != Members::kValue) name += kWeightEnd;
  return name;
}

bool IsDigit(char c) { return '0' <= c && c <= '9'; }

Shape Squeezed(const Shape& shape) {
  std::vector<std::int64_t> extents;
  for (const std::int64_t extent : shape.extents()) {
    if (extent != 1) extents.push_back(extent);
  }
  return extents.empty() ? Shape{1} : Shape(extents);
}

MaybeError LeaveOutRows(int count, PlannedTensor& tensor) {
  const Shape& shape = tensor.source.shape;
  if (shape.rank() != 2 || shape[0] <= count) {
    return Error{ErrorCode::kCorrupt, QuotedTensor(tensor.source_name) + "expected more than " +
                                          std::to_string(count) + " rows, found " +
                                          shape.ToString()};
  }
  const Shape rest = {shape[0] - count, shape[1]};
  const std::size_t bytes = static_cast<std::size_t>(*BytesOf(tensor.source.dtype, rest));
  tensor.source.bytes = tensor.source.bytes.last(bytes);
  tensor.source.shape = rest;
  tensor.shape = rest;
  return std::nullopt;
}

// Which part of a tensor a treatment takes; nothing if it takes all.
struct PartRule {
  Treatment treatment;
  int extent;  // that is divided
  int count;
  int index;
};
std::optional<PartRule> PartFor(Treatment treatment) {
  constexpr PartRule kParts[] = {{Treatment::kQueryThird, 0, 3, 0},
                                 {Treatment::kKeyThird, 0, 3, 1},
                                 {Treatment::kValueThird, 0, 3, 2},
                                 {Treatment::kFirstFrame, 1, 2, 0},
                                 {Treatment::kSecondFrame, 1, 2, 1}};
  const auto* found = std::ranges::find(kParts, treatment, &PartRule::treatment);
  if (found == std::end(kParts)) return std::nullopt;
  return *found;
}

// A convolution over time is seen as [N, C * 2, k, k] (ViewOf), with the frames of a channel next
// to each other.
MaybeError TakePart(const PartRule& rule, PlannedTensor& tensor) {
  const Shape& shape = tensor.source.shape;
  if (shape.rank() <= rule.extent || shape[rule.extent] % rule.count != 0) {
    return Error{ErrorCode::kCorrupt, QuotedTensor(tensor.source_name) + "expected " +
                                          std::to_string(rule.count) + " equal parts, found " +
                                          shape.ToString()};
  }
  std::vector<std::int64_t> extents(shape.extents().begin(), shape.extents().end());
  std::int64_t& divided = extents[static_cast<std::size_t>(rule.extent)];
  divided /= rule.count;
  tensor.shape = Shape(extents);
  tensor.change = Change::kPart;
  tensor.part = {
      .outer = rule.extent == 0 ? 1 : shape[0] * divided, .count = rule.count, .index = rule.index};
  return std::nullopt;
}

}  // namespace

bool Matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  const std::string_view rest = pattern.substr(1);
  if (pattern.front() == '*') {
    for (std::size_t skipped = 0; skipped <= name.size(); ++skipped) {
      if (Matches(rest, name.substr(skipped))) return true;
    }
    return false;
  }
  if (pattern.front() == '#') {
    const auto end = std::ranges::find_if_not(name, IsDigit);
    return end != name.begin() && Matches(rest, {end, name.end()});
  }
  return !name.empty() && name.front() == pattern.front() && Matches(rest, name.substr(1));
}

void PlanBuilder::Apply(const RuleGroup& group) {
  const auto found = std::ranges::find_if(group.prefixes, [&](const std::string& prefix) {
    return checkpoint_.Find(FirstTensor(group.rules.front(), prefix)) != nullptr;
  });
  const std::string& prefix = found == group.prefixes.end() ? group.prefixes.front() : *found;
  for (const TensorRule& rule : group.rules) {
    const bool is_in_blocks = rule.source.find('#') != std::string_view::npos;
    const int count = is_in_blocks ? group.blocks : 1;
    for (int i = 0; i < count && !failure_; ++i) ApplyRule(rule, prefix, group.first_block + i);
  }
}

void PlanBuilder::ApplyRule(const TensorRule& rule, const std::string& prefix, int block) {
  const std::string source = prefix + WithBlock(rule.source, block);
  const std::string target = rule.target(block);
  if (rule.members == Members::kValue) {
    AddTensor(rule, source, target, true);
    return;
  }
  if (HasPackedMatrix(checkpoint_, source)) {
    AddPackedMatrix(rule, source, modules::Weight(target));
  } else {
    AddTensor(rule, source + std::string(kWeightEnd), modules::Weight(target),
              rule.members != Members::kMaybeWeight);
  }
  if (rule.members == Members::kWeightAndBias || rule.members == Members::kWeightMaybeBias) {
    AddTensor(rule, source + std::string(kBiasEnd), modules::Bias(target),
              rule.members == Members::kWeightAndBias);
  }
}

void PlanBuilder::AddTensor(const TensorRule& rule, const std::string& source, std::string target,
                            bool is_needed) {
  const SafetensorsTensor* stored = checkpoint_.Find(source);
  if (stored == nullptr) {
    if (is_needed) Fail({ErrorCode::kNotFound, "expected a tensor '" + source + "', found none"});
    return;
  }
  used_.insert(source);
  const Result<TensorView> view = ViewOf(*stored);
  if (!view) {
    Fail(view.error());
    return;
  }
  PlannedTensor tensor = {
      .name = std::move(target), .shape = view->shape, .source_name = source, .source = *view};
  if (auto error = Rearrange(rule, tensor)) Fail(*std::move(error));
  if (tensor.shape.rank() > 1 && rule.storage == Storage::kChosen) tensor.dtype = dtype_;
  if (rule.storage == Storage::kPatches && dtype_ == DType::kF16 && tensor.shape.rank() > 1) {
    tensor.dtype = DType::kF16;
  }
  tensors_.push_back(std::move(tensor));
}

void PlanBuilder::AddPackedMatrix(const TensorRule& rule, const std::string& module,
                                  std::string target) {
  if (!checkpoint_.packed()) {
    return Fail({ErrorCode::kUnsupported, QuotedTensor(module + ".qweight") +
                                              "expected a quantization_config of awq or gptq in "
                                              "config.json, found none"});
  }
  const Checkpoint::Packed& packed = *checkpoint_.packed();
  const auto open = [&checkpoint = checkpoint_, module, scheme = packed.scheme] {
    return PackedMatrix::Open(checkpoint, module, scheme);
  };
  const auto matrix = open();
  if (!matrix) return Fail(matrix.error());
  used_.insert(matrix->parts().begin(), matrix->parts().end());
  PlannedTensor tensor = {
      .name = std::move(target),
      .dtype = dtype_,
      .shape = {matrix->outputs(), matrix->inputs()},
      .source_name = module,
      .source = {.dtype = DType::kF32, .shape = {matrix->outputs(), matrix->inputs()}, .bytes = {}},
      .open_packed = open};
  if (packed.keeps_quants) {
    tensor.obstacle = matrix->obstacle();
    if (tensor.obstacle.empty()) tensor.dtype = matrix->block_type();
  }
  if (auto error = Rearrange(rule, tensor)) return Fail(*std::move(error));
  if (tensor.change == Change::kTransposed || rule.storage != Storage::kChosen) {
    return Fail({ErrorCode::kUnsupported,
                 QuotedTensor(module + ".qweight") + "expected a weight that is not quantized"});
  }
  tensors_.push_back(std::move(tensor));
}

MaybeError PlanBuilder::Rearrange(const TensorRule& rule, PlannedTensor& tensor) const {
  const Shape& shape = tensor.source.shape;
  if (rule.treatment == Treatment::kSqueezed) tensor.shape = Squeezed(shape);
  if (rule.treatment == Treatment::kWithoutTwoRows) return LeaveOutRows(2, tensor);
  if (rule.treatment == Treatment::kOneAdded) tensor.change = Change::kOneAdded;
  if (rule.treatment == Treatment::kTransposed && shape.rank() > 1) {
    if (shape.rank() != 2) {
      return Error{ErrorCode::kCorrupt, QuotedTensor(tensor.source_name) +
                                            "expected a matrix, found " + shape.ToString()};
    }
    tensor.shape = {shape[1], shape[0]};
    tensor.change = Change::kTransposed;
  }
  if (const auto part = PartFor(rule.treatment)) return TakePart(*part, tensor);
  if (rule.treatment == Treatment::kQueryRows || rule.treatment == Treatment::kKeyRows) {
    tensor.heads = rule.treatment == Treatment::kQueryRows ? heads_.query : heads_.key;
    tensor.change = Change::kRopePermuted;
    const std::int64_t rows = 1LL * tensor.heads * heads_.width;
    if (shape[0] != rows) {
      return Error{ErrorCode::kCorrupt, QuotedTensor(tensor.source_name) + "expected " +
                                            std::to_string(rows) + " rows for " +
                                            std::to_string(tensor.heads) + " heads, found " +
                                            shape.ToString()};
    }
  }
  return std::nullopt;
}

void PlanBuilder::AddValues(std::string name, std::vector<float> values) {
  const auto size = static_cast<std::int64_t>(values.size());
  std::string source_name = name;
  tensors_.push_back({.name = std::move(name),
                      .shape = {size},
                      .source_name = std::move(source_name),
                      .source = {},
                      .values = std::move(values)});
}

Result<std::vector<PlannedTensor>> PlanBuilder::BuildTensors() {
  for (const auto& entry : checkpoint_.tensors()) {
    const auto& name = entry.first;
    const auto is_meant = [&](std::string_view pattern) { return Matches(pattern, name); };
    if (used_.contains(name) || std::ranges::any_of(kAlwaysDropped, is_meant) ||
        std::ranges::any_of(dropped_, is_meant)) {
      continue;
    }
    Fail({ErrorCode::kUnsupported, QuotedTensor(name) + "not known to this family of models"});
  }
  if (failure_) return *failure_;
  return std::move(tensors_);
}

void PlanBuilder::Fail(Error error) {
  if (!failure_) failure_ = std::move(error);
}

}  // namespace edgevlm
