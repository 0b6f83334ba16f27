// PlanBuilder: from the tensors of a checkpoint to those of a GGUF file, by tables.
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

// What one file will hold.
struct FilePlan {
  std::vector<std::pair<std::string, GgufValue>> keys;
  std::vector<PlannedTensor> tensors;

  void Add(std::string_view key, GgufValue value) {
    keys.emplace_back(std::string(key), std::move(value));
  }
};

// Which tensors a module has.
enum class Members {
  kWeight,           // "M.weight"
  kWeightAndBias,    // and "M.bias"
  kWeightMaybeBias,  // "M.bias" where the checkpoint has it
  kMaybeWeight,      // "M.weight" where the checkpoint has it
  kValue,            // the tensor "M" itself
};

// What is done to a module's tensors.
enum class Treatment {
  kCopied,
  kTransposed,  // the weight; Change::kTransposed
  kQueryRows,   // Change::kPairRows by the number of query heads
  kKeyRows,     // by that of key heads
  kSqueezed,    // extents of 1 are left out
};

// In which type a matrix is stored; what has one extent, and norms, are F32 always.
enum class Storage {
  kChosen,   // the one that the user chose
  kFloat32,  // positions, and what is small
  kPatches,  // the first layer of a vision encoder: F16 if that was chosen, or else F32
};

// One line of a family's table: the module's name in the checkpoint, '#' being the number of its
// block, and how it is called in the GGUF file.
struct TensorRule {
  std::string_view source;
  std::string (*target)(int block);
  Members members = Members::kWeight;
  Treatment treatment = Treatment::kCopied;
  Storage storage = Storage::kChosen;
};

// Rules whose names all begin alike. Families were saved by several versions of their libraries:
// the first of the beginnings counts under which the first rule finds its tensor.
struct RuleGroup {
  std::vector<std::string> prefixes = {};
  std::span<const TensorRule> rules = {};
  int blocks = 0;       // that '#' counts
  int first_block = 0;  // from which on
};

struct HeadCounts {
  int query = 1;
  int key = 1;
  int width = 2;  // rows of each
};

// Collects the tensors of one file. The first failure is kept. Errors: kNotFound (a tensor is
// missing), kUnsupported (a tensor that no rule knows; its data type), kCorrupt (rows that are
// not those of the heads).
class PlanBuilder {
 public:
  // dtype: for Storage::kChosen.
  PlanBuilder(const Checkpoint& checkpoint, DType dtype, HeadCounts heads = {})
      : checkpoint_(checkpoint), dtype_(dtype), heads_(heads) {}

  void Apply(const RuleGroup& group);

  // Tensors of this name are left out. '#' stands for any number, '*' for any text.
  void Drop(std::string pattern) { dropped_.push_back(std::move(pattern)); }

  // A tensor of computed values.
  void AddValues(std::string name, std::vector<float> values);

  // Looks for tensors that are neither used nor dropped, and hands the others out.
  Result<std::vector<PlannedTensor>> Finish();

 private:
  void ApplyRule(const TensorRule& rule, const std::string& prefix, int block);
  void AddTensor(const TensorRule& rule, const std::string& source, std::string target,
                 bool is_needed);
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

// Whether the name is one that the pattern means (PlanBuilder::Drop).
bool Matches(std::string_view pattern, std::string_view name);

}  // namespace edgevlm
