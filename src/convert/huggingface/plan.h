// PlanBuilder: maps the tensors of a checkpoint to those of a GGUF file, driven by tables of rules.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "convert/huggingface/checkpoint.h"
#include "convert/huggingface/planned_tensor.h"
#include "gguf/value.h"

namespace edgevlm {

// The keys and tensors of one GGUF file to be written.
struct FilePlan {
  std::vector<std::pair<std::string, GgufValue>> keys;
  std::vector<PlannedTensor> tensors;

  void Add(std::string_view key, GgufValue value) {
    keys.emplace_back(std::string(key), std::move(value));
  }
  // As uint32, the type of sizes and counts in GGUF. REQUIRES: value >= 0.
  void AddCount(std::string_view key, int value) { Add(key, static_cast<std::uint32_t>(value)); }
};

// The tensors that a module has.
enum class Members {
  kWeight,           // "M.weight"
  kWeightAndBias,    // and "M.bias"
  kWeightMaybeBias,  // and "M.bias" if the checkpoint has it
  kMaybeWeight,      // "M.weight" if the checkpoint has it
  kValue,            // the tensor "M" itself
};
inline constexpr Members kWithBias = Members::kWeightAndBias;  // short, for tables

// How a module's tensors are transformed.
enum class Treatment {
  kCopied,
  kTransposed,      // the weight only; Change::kTransposed
  kOneAdded,        // Change::kOneAdded
  kQueryRows,       // Change::kRopePermuted with the number of query heads
  kKeyRows,         // the same with the number of key heads
  kSqueezed,        // dimensions of 1 are removed
  kWithoutTwoRows,  // the first two rows are left out
  // One third of the rows of a matrix of queries, keys and values, or of its bias.
  kQueryThird,
  kKeyThird,
  kValueThird,
  // One of the two frames of a convolution over time, [N, C, 2, k, k].
  kFirstFrame,
  kSecondFrame,
};

// The type in which a matrix is stored. Vectors and norms are always F32.
enum class Storage {
  kChosen,   // the type that the user chose
  kFloat32,  // position embeddings and small tensors
  kPatches,  // the patch embedding of a vision encoder: F16 if the user chose it, else F32
};

// One line of a family's table: a module's name in the checkpoint, with '#' for the index of its
// block, and its name in the GGUF file.
struct TensorRule {
  std::string_view source;
  std::string (*target)(int block);
  Members members = Members::kWeight;
  Treatment treatment = Treatment::kCopied;
  Storage storage = Storage::kChosen;
};

// TensorRule::target of a module that is not part of a block.
template <const std::string_view& kName>
std::string Module(int /*block*/) {
  return std::string(kName);
}

// Rules whose source names share a prefix. The prefix depends on the version of the library that
// saved the checkpoint: the first one is used with which the first rule finds its tensor.
struct RuleGroup {
  std::vector<std::string> prefixes = {};
  std::span<const TensorRule> rules = {};
  int blocks = 0;       // how many values '#' takes
  int first_block = 0;  // the first of them
};

struct HeadCounts {
  int query = 1;
  int key = 1;
  int width = 2;  // rows per head
};

// Collects the tensors of one file. The first error sticks. Errors: kNotFound (a tensor is
// missing), kUnsupported (no rule matches a tensor; unsupported data type; a quantized matrix whose
// order changes), kCorrupt (the number of rows does not match the heads), those of PackedMatrix.
class PlanBuilder {
 public:
  // dtype: for Storage::kChosen.
  PlanBuilder(const Checkpoint& checkpoint, DType dtype, HeadCounts heads = {})
      : checkpoint_(checkpoint), dtype_(dtype), heads_(heads) {}

  void Apply(const RuleGroup& group);

  // Skips tensors whose name matches. '#' matches any number, '*' any text.
  void Drop(std::string pattern) { dropped_.push_back(std::move(pattern)); }

  // Adds a tensor of computed values.
  void AddValues(std::string name, std::vector<float> values);

  // The collected tensors. Fails if the checkpoint has a tensor that is neither used nor dropped.
  Result<std::vector<PlannedTensor>> BuildTensors();

 private:
  void ApplyRule(const TensorRule& rule, const std::string& prefix, int block);
  void AddTensor(const TensorRule& rule, const std::string& source, std::string target,
                 bool is_needed);
  // A matrix that AWQ or GPTQ quantized, of the module of this name.
  void AddPackedMatrix(const TensorRule& rule, const std::string& module, std::string target);
  MaybeError Rearrange(const TensorRule& rule, PlannedTensor& tensor) const;
  void Fail(Error error);

  const Checkpoint& checkpoint_;
  DType dtype_;
  HeadCounts heads_;
  std::vector<std::string> dropped_;
  std::set<std::string, std::less<>> used_;
  std::vector<PlannedTensor> tensors_;
  MaybeError failure_;
};

// Whether the name matches the pattern (PlanBuilder::Drop).
bool Matches(std::string_view pattern, std::string_view name);

}  // namespace edgevlm
